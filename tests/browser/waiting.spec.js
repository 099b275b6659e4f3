// A stream that has not begun: the page waits in words, with a clean console, and plays when it begins.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

story(async (stage) => {
  const fifo = stage.programs.fifo('live');
  const {url} = await stage.programs.server([`live=${fifo}`]);
  const page = await stage.open('chromium', `${url}/live/`);
  await watch(page);
  await until('the page to wait', async () => /^Waiting/.test((await look(page)).message));
  const first = await look(page);
  stage.programs.source('test:size=640x360,rate=25', fifo);
  const seen = await goesOn(page, 'plays once the source has begun');
  assert.equal(seen.born, first.born, 'reloaded');
  assert.deepEqual(page.errors, []);
});
