// H.265 in a browser that has no decoder for it: a plain sentence with its name; and the picture once the source
// sends something else.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

story(async (stage) => {
  const fifo = stage.programs.fifo('live');
  const {url} = await stage.programs.server([`live=${fifo}`]);
  const source = stage.programs.source('test:size=640x360,rate=25,vcodec=hevc', fifo);
  const page = await stage.open('chromium', `${url}/live/`);
  await watch(page);
  const {message} = await until('a sentence', async () => {
    const seen = await look(page);
    return /cannot play/.test(seen.message) && seen;
  });
  assert.match(message, /^This browser cannot play H\.265 video\./);
  await source.stop();
  stage.programs.source('test:size=640x360,rate=25', fifo);
  await goesOn(page, 'plays what it can');
  assert.deepEqual(page.errors, []);
});
