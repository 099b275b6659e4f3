// The source is killed and started again: the page says so and goes on without a reload.
const assert = require('node:assert');
const {story, full} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

story(async (stage) => {
  const fifo = stage.programs.fifo('live');
  const {url} = await stage.programs.server([`live=${fifo}`]);
  let source = stage.programs.source('test:size=640x360,rate=25', fifo);
  const page = await stage.open('chromium', `${url}/live/`);
  await watch(page);
  const first = await goesOn(page, 'plays');
  for (let i = 0; i < full(2, 20); ++i) {
    await source.stop('SIGKILL');
    if (i === 0) await until('the page to say so', async () => /No picture/.test((await look(page)).message));
    source = stage.programs.source('test:size=640x360,rate=25', fifo);
    await goesOn(page, `goes on after kill ${i + 1}`);
  }
  assert.equal((await look(page)).born, first.born, 'reloaded');
  assert.deepEqual(page.errors, []);
});
