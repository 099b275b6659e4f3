// The server is killed and comes back on its port: the page connects again by itself.
const assert = require('node:assert');
const {story, full} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

// Only what the browser itself writes when nobody listens; no page can prevent that.
const unavoidable = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;

story(async (stage) => {
  const {programs} = stage;
  const fifo = programs.fifo('live');
  let server = await programs.server([`live=${fifo}`]);
  let source = programs.source('test:size=640x360,rate=25', fifo);
  const page = await stage.open('chromium', `${server.url}/live/`);
  await watch(page);
  const first = await goesOn(page, 'plays');
  for (let i = 0; i < full(2, 20); ++i) {
    await server.program.stop(i % 2 ? 'SIGTERM' : 'SIGKILL');
    await source.stop();
    if (i === 0) await until('the page to say so', async () => /not answer/.test((await look(page)).message));
    server = await programs.server([`live=${fifo}`], server.port);
    source = programs.source('test:size=640x360,rate=25', fifo);
    await goesOn(page, `goes on after restart ${i + 1}`);
  }
  assert.equal((await look(page)).born, first.born, 'reloaded');
  assert.deepEqual(page.errors.filter((text) => !unavoidable.test(text)), []);
});
