// The frame of every test here: programs and browsers that end with it, and a report when it fails.
const {Programs} = require('./programs.js');
const {browsers} = require('./browsers.js');

/// full(a, b): a every day, b under scripts/test --long.
const full = (short, long) => (process.env.LIVE_LONG === '1' ? long : short);

class Stage {
  constructor() {
    this.programs = new Programs();
    this.pages = [];
  }

  async open(browser, url, options) {
    const page = await browsers[browser](options);
    this.pages.push(page);
    await page.goto(url);
    return page;
  }

  async end() {
    await Promise.allSettled(this.pages.map((page) => page.close()));
    await this.programs.end();
  }

  async report(error) {
    console.error(`FAIL: ${error.stack}`);
    for (const page of this.pages) {
      console.error(`--- ${page.name}: ${page.errors.join('\n') || 'no error on the console'}`);
      const path = process.env.SCREENSHOTS && `${process.env.SCREENSHOTS}/${page.name}-${process.pid}.png`;
      if (path) await page.screenshot(path).catch(() => {});
    }
    console.error(this.programs.words());
  }
}

async function story(play) {
  const stage = new Stage();
  let failed = false;
  try {
    await play(stage);
  } catch (error) {
    failed = true;
    await stage.report(error);
  }
  await stage.end();
  process.exit(failed ? 1 : 0);
}

module.exports = {story, full};
