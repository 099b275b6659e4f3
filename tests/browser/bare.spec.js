// A browser without Media Source: the page plays the endless file in its bare <video>, and goes on after the source
// came back as something else.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, goesOn} = require('./lib/picture.js');

story(async (stage) => {
  const fifo = stage.programs.fifo('live');
  const {url} = await stage.programs.server([`live=${fifo}`]);
  const source = stage.programs.source('test:size=640x360,rate=25', fifo);
  const page = await stage.open('chromium', `${url}/`);
  await page.before(() => {
    delete globalThis.MediaSource;
    delete globalThis.ManagedMediaSource;
  });
  await page.goto(`${url}/live/`);
  await watch(page);
  await goesOn(page, 'plays without Media Source');
  assert.match(await page.evaluate(() => document.querySelector('video').src), /\/live\.mp4$/);
  await source.stop();
  stage.programs.source('test:size=960x540,rate=25', fifo);
  const seen = await goesOn(page, 'goes on in another size');
  assert.deepEqual([seen.width, seen.height], [960, 540]);
  assert.deepEqual(page.errors, []);
});
