// A ladder from disk to the page: hls.js in low-latency mode plays what abr-hls writes and fmp4-httpd --root completes, close
// behind the source, goes from one rendition to another, and goes on when abr-hls is killed and started again.
const assert = require('node:assert');
const {story, full} = require('./lib/story.js');
const {until, sleep} = require('./lib/until.js');

/// What hls.js and the element say of themselves.
const look = (page) => page.evaluate(() => {
  const video = document.querySelector('video');
  return {
    behind: window.hls?.playingDate ? (Date.now() - window.hls.playingDate.getTime()) / 1000 : null,
    time: video.currentTime,
    height: video.videoHeight,
    levels: window.hls?.levels?.map((level) => level.height) ?? [],
    stalls: window.stalls ?? 0,
    message: document.querySelector('#message').textContent,
  };
});

const countStalls = (page) => page.evaluate(() => {
  window.stalls = 0;
  document.querySelector('video').addEventListener('waiting', () => (window.stalls += 1));
});

async function plays(page, what, seconds = 60) {
  const before = await look(page);
  return until(what, async () => {
    const now = await look(page);
    return now.behind !== null && now.time > before.time + 2 && now;
  }, seconds);
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

story(async (stage) => {
  const {programs} = stage;
  const write = () => programs.start('abr-hls', ['bash', '-c',
    'rtsp2fmp4 test:size=640x360,rate=25 | exec abr-hls -o hls/cam --preset ultrafast --segment 2s --part 500ms ' +
    '--rendition high=640x360@800k/64k --rendition low=320x180@200k/64k']);
  let writer = write();
  await until('a segment', () => require('node:fs').existsSync(`${programs.folder}/hls/cam/low/index.m3u8`), 120);
  programs.start('hls-abr-playlist', ['hls-abr-playlist', '--watch', 'hls']);
  await until('a multivariant playlist',
    () => require('node:fs').existsSync(`${programs.folder}/hls/cam/live.m3u8`), 60);
  const script = require.resolve('hls.js/dist/hls.min.js');
  const {url} = await programs.server(['--root', `${programs.folder}/hls`, '--hls-js', script]);

  const page = await stage.open('chromium', `${url}/cam/`);
  await plays(page, 'plays');
  await countStalls(page);

  const behind = [];
  for (let i = 0; i < full(20, 300); ++i) {
    await sleep(1000);  // a sample a second
    behind.push((await look(page)).behind);
  }
  const calm = await look(page);
  console.log(`behind the source: median ${median(behind).toFixed(2)} s; stalls: ${calm.stalls}`);
  assert.ok(median(behind) <= 3, 'too far behind');
  assert.equal(calm.stalls, 0, 'stalled');

  assert.deepEqual(calm.levels.slice().sort((a, b) => a - b), [180, 360]);
  for (const height of [180, 360]) {
    await page.evaluate((wanted) => {
      window.hls.nextLevel = window.hls.levels.findIndex((level) => level.height === wanted);
    }, height);
    await until(`${height} lines`, async () => (await look(page)).height === height, 30);
  }
  assert.equal((await look(page)).stalls, 0, 'stalled as it changed the rendition');

  for (let i = 0; i < full(2, 20); ++i) {
    await writer.stop('SIGKILL');
    writer = write();
    await plays(page, `goes on after kill ${i + 1}`, 60);
  }
  assert.deepEqual(page.errors, []);
});
