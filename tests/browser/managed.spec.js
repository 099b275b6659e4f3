// iPhones have ManagedMediaSource alone: the system says when it wants data.  A stand-in for it, in Chromium, wants
// none at first and none again and again; the page plays, comes back to the newest picture, and waits for no AirPlay.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

function standIn() {
  const {MediaSource} = globalThis;
  delete globalThis.MediaSource;
  globalThis.turns = 0;
  globalThis.ManagedMediaSource = class extends MediaSource {
    streaming = false;

    constructor() {
      super();
      this.#turn(500);
    }

    #turn(ms) {
      setTimeout(() => {
        this.streaming = !this.streaming;
        globalThis.turns += 1;
        this.dispatchEvent(new Event(this.streaming ? 'startstreaming' : 'endstreaming'));
        this.#turn(this.streaming ? 3000 : 1000);
      }, ms);
    }
  };
}

story(async (stage) => {
  const {url} = await stage.programs.pipe('test:size=640x360,rate=25');
  const page = await stage.open('chromium', `${url}/`);
  await page.before(standIn);
  await page.goto(`${url}/live/`);
  await watch(page);
  await goesOn(page, 'plays');
  assert.equal(await page.evaluate(() => document.querySelector('video').disableRemotePlayback), true);
  await until('some turns', () => page.evaluate(() => globalThis.turns >= 6));
  await goesOn(page, 'plays on');
  await until('the delay to be small', async () => (await look(page)).delays.at(-1) < 2000);
  assert.deepEqual(page.errors, []);
});
