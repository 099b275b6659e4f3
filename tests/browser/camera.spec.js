// A real RTSP server as the camera: frozen, killed, restarted in mid-stream; the page goes on without a reload.
const assert = require('node:assert');
const path = require('node:path');
const {story, full} = require('./lib/story.js');
const {until} = require('./lib/until.js');

const rtspCamera = path.resolve(__dirname, '../support/rtsp-camera');

async function camera(programs, port = 0) {
  const started = programs.start('camera', ['/usr/bin/python3', rtspCamera, '--port', String(port)]);
  const [, ready] = await until('the camera', () => /ready (\d+)/.exec(started.words));
  return {started, port: Number(ready)};
}

// The camera's pictures bear no time that a machine reads: the element's own count must do.
const shown = (page) => page.evaluate(() => ({time: document.querySelector('video').currentTime, born: performance.timeOrigin}));

async function moves(page, what) {
  const before = await shown(page);
  await until(what, async () => Math.abs((await shown(page)).time - before.time) > 0.5, 90);
  const there = await shown(page);
  await until(what, async () => (await shown(page)).time > there.time + 1, 90);
}

story(async (stage) => {
  let {started, port} = await camera(stage.programs);
  const {program, url} = await stage.programs.pipe(`rtsp://127.0.0.1:${port}/h264aac`, '--timeout 3s');
  const complaints = () => program.words.match(/no video/g)?.length ?? 0;
  const page = await stage.open('chromium', `${url}/live/`);
  await until('the page to play', async () => (await shown(page)).time > 1, 90);
  const first = await shown(page);
  for (let i = 0; i < full(1, 5); ++i) {
    const before = complaints();
    started.signal('SIGSTOP');
    await until('the frozen camera to be given up', () => complaints() > before, 60);
    started.signal('SIGCONT');
    await moves(page, 'the page to go on after the camera was frozen');
    await started.stop('SIGKILL');
    ({started} = await camera(stage.programs, port));
    await moves(page, 'the page to go on after the camera was killed');
  }
  assert.equal((await shown(page)).born, first.born, 'reloaded');
  assert.deepEqual(page.errors, []);
});
