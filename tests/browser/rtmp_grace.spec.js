// An encoder loses its connection and is back within the grace: the page behind rtmp-ingest goes on without a reload, and
// shows no gap that is longer than the outage.
const assert = require('node:assert');
const {story, full} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

story(async (stage) => {
  const {programs} = stage;
  // One port for both of them; the pages' address is told by fmp4-httpd on the standard error of rtmp-ingest.
  const ingest = programs.start('rtmp-ingest', ['rtmp-ingest', '--listen', '127.0.0.1:0', '--allow-any', '--grace', '30s',
    '--exec', 'exec fmp4-httpd --listen 127.0.0.1:0']);
  const [, port] = await until('rtmp-ingest to listen', () => /listening on rtmp:\/\/127\.0\.0\.1:(\d+)/.exec(ingest.words));
  const publish = () => programs.start('ffmpeg', ['bash', '-c',
    'rtsp2fmp4 test:size=640x360,rate=25 | ffmpeg -nostdin -v error -i - -c copy -f flv "$1"', 'publish',
    `rtmp://127.0.0.1:${port}/live/door`]);
  let encoder = publish();
  const [url] = await until('the page', () => /http:\/\/127\.0\.0\.1:\d+/.exec(ingest.words));
  const page = await stage.open('chromium', `${url}/live/`);
  await watch(page);
  const first = await goesOn(page, 'plays');
  for (let i = 0; i < full(2, 10); ++i) {
    const before = await look(page);
    const lost = Date.now();
    await encoder.stop('SIGKILL');
    encoder = publish();
    await until('the encoder to be back', () => (ingest.words.match(/goes on, published/g) ?? []).length > i);
    const back = Date.now();
    const after = await goesOn(page, `goes on after loss ${i + 1}`, 1);
    const gap = (after.newest - before.newest) / 1000;
    const outage = (Date.now() - lost) / 1000;
    console.log(`outage ${((back - lost) / 1000).toFixed(1)} s, pictures ${gap.toFixed(1)} s apart`);
    assert.ok(gap <= outage + 1, `${gap} s without a picture, an outage of ${outage} s`);
  }
  const last = await look(page);
  assert.equal(last.born, first.born, 'reloaded');
  assert.equal(last.reloads, 0);
  assert.equal((ingest.words.match(/started sh|started fmp4/g) ?? []).length, 1, 'more than one pipeline');
  assert.deepEqual(page.errors, []);
});
