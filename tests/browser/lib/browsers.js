// Debian's Chromium and Firefox behind the same few verbs.

/// A page of either: goto(url), evaluate(function, argument), press(key), screenshot(path), close(); Chromium alone:
/// before(function) to run ahead of a page's own scripts, freeze(whether), throttle(rate); `errors` collects what the console calls
/// errors, and uncaught exceptions.
class Page {
  constructor(name, browser, page) {
    this.name = name;
    this.browser = browser;
    this.page = page;
    this.errors = [];
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(`uncaught: ${error.message}`));
  }

  goto(url) {
    return this.page.goto(url, {waitUntil: 'load'});
  }

  evaluate(work, argument) {
    return this.page.evaluate(work, argument);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  before(work) {
    return this.page.addInitScript(work);
  }

  async send(...command) {
    this.session ??= await this.page.context().newCDPSession(this.page);
    return this.session.send(...command);
  }

  freeze(frozen) {
    return this.send('Page.setWebLifecycleState', {state: frozen ? 'frozen' : 'active'});
  }

  /// Down to `rate` kbit/s for what is fetched from now on; 0: as it comes.
  async throttle(rate) {
    await this.send('Network.enable');
    const downloadThroughput = rate > 0 ? rate * 125 : -1;
    return this.send('Network.emulateNetworkConditions',
      {offline: false, latency: rate > 0 ? 40 : 0, downloadThroughput, uploadThroughput: -1});
  }

  screenshot(path) {
    return this.page.screenshot({path});
  }

  close() {
    return this.browser.close();
  }
}

async function chromium({width = 1280, height = 800, ...context} = {}) {
  const {chromium: launcher} = require('playwright-core');
  const browser = await launcher.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    timeout: 60000,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run',
      '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
  });
  const page = await (await browser.newContext({viewport: {width, height}, ...context})).newPage();
  return new Page('chromium', browser, page);
}

async function firefox({width = 1280, height = 800} = {}) {
  const launcher = require('puppeteer-core');
  const browser = await launcher.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    timeout: 120000,
    protocolTimeout: 120000,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
  });
  const page = await browser.newPage();
  await page.setViewport({width, height});
  return new Page('firefox', browser, page);
}

module.exports = {browsers: {chromium, firefox}};
