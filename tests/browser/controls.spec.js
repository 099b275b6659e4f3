// The player by keyboard and on a phone: pause and go on with the newest picture, sound, full screen, nothing beyond
// the edges; what is written under the picture is true.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {sleep, until} = require('./lib/until.js');

const sizes = [
  {width: 390, height: 844, isMobile: true, hasTouch: true},
  {width: 844, height: 390, isMobile: true, hasTouch: true},
  {width: 320, height: 568, isMobile: true, hasTouch: true},
];

async function keys(page) {
  await page.press('m');
  assert.equal((await look(page)).muted, false);
  await page.press('m');
  assert.equal((await look(page)).muted, true);
  await page.press(' ');
  await until('pause', () => page.evaluate(() => document.querySelector('video').paused));
  await sleep(4000);
  await page.press(' ');
  await goesOn(page, 'plays on');
  await until('the newest picture', async () => (await look(page)).delays.at(-1) < 1500);
  await page.press('f');
  await until('full screen', () => page.evaluate(() => document.fullscreenElement?.id === 'player'));
  await page.press('f');
  await until('the page again', () => page.evaluate(() => document.fullscreenElement === null));
}

async function figures(page) {
  const text = (id) => page.evaluate((of) => document.getElementById(of).textContent, id);
  assert.equal(await text('size'), '640 × 360');
  assert.equal(await text('codec'), 'H.264 · AAC');
  await until('the frame rate', async () => /^2[3-7] fps$/.test(await text('frame-rate')));
  assert.match(await text('bit-rate'), /^[\d.]+ [kM]bit\/s$/);
  assert.match(await text('latency'), /^[\d.]+ (ms|s)$/);
}

// Every button has a name that a screen reader can say, and can be reached by Tab.
async function named(page) {
  const names = await page.evaluate(() => [...document.querySelectorAll('button')].filter((one) => !one.hidden)
    .map((one) => one.getAttribute('aria-label') ?? one.textContent.trim()));
  assert.ok(names.length >= 3 && names.every(Boolean), names.join());
}

story(async (stage) => {
  const {url} = await stage.programs.pipe('test:size=640x360,rate=25');
  const page = await stage.open('chromium', `${url}/live/`);
  await watch(page);
  await goesOn(page, 'plays');
  await figures(page);
  await named(page);
  await keys(page);
  assert.deepEqual(page.errors, []);
  await page.close();
  for (const size of sizes) {
    const phone = await stage.open('chromium', `${url}/live/`, size);
    await watch(phone);
    await goesOn(phone, 'plays on a phone');
    const beyond = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(beyond <= 0, `${size.width}x${size.height}: ${beyond} pixels beyond the edge`);
    assert.deepEqual(phone.errors, []);
    await phone.close();
  }
});
