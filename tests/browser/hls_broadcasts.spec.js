// hls_broadcasts.spec.js hls|native: a broadcast ends, the page says so and begins again by itself with the next one, which has
// the same address; by hls.js, and by the browser's own player where no hls.js is installed.  The page with all streams tells of both.
const assert = require('node:assert');
const fs = require('node:fs');
const {story} = require('./lib/story.js');
const {until} = require('./lib/until.js');

const way = process.argv[2] ?? 'hls';

const look = (page) => page.evaluate(() => ({
  state: document.querySelector('#player').dataset.state,
  message: document.querySelector('#message').textContent,
  time: document.querySelector('video').currentTime,
  born: performance.timeOrigin,
  library: Boolean(window.hls),
}));

const listed = (page) => page.evaluate(() => [...document.querySelectorAll('#streams li')].map((row) =>
  `${row.querySelector('.name').textContent} ${row.querySelector('.chip').textContent} ` +
  row.querySelector('.bare').getAttribute('href')).join());

story(async (stage) => {
  const {programs} = stage;
  const broadcast = (seconds) => programs.start('abr-hls', ['bash', '-c',
    `rtsp2fmp4 --duration ${seconds}s test:size=320x180,rate=25 | exec abr-hls -o hls/cam --preset ultrafast --segment 1s ` +
    '--part 200ms --key-interval 1s --rendition low=320x180@200k/64k']);
  fs.mkdirSync(`${programs.folder}/hls`);
  programs.start('hls-abr-playlist', ['hls-abr-playlist', '--watch', 'hls']);
  const options = way === 'hls' ? ['--hls-js', require.resolve('hls.js/dist/hls.min.js')] : [];
  const {url} = await programs.server(['--root', `${programs.folder}/hls`, ...options]);
  const first = broadcast(10);
  await until('a multivariant playlist', () => fs.existsSync(`${programs.folder}/hls/cam/live.m3u8`), 60);

  const index = await stage.open('chromium', `${url}/`);
  await until('the stream in the list', async () => (await listed(index)) === 'cam live cam/live.m3u8');
  const page = await stage.open('chromium', `${url}/cam/`);
  const playing = await until('it plays', async () => {
    const now = await look(page);
    return now.state === 'playing' && now.time > 0.5 && now;
  });
  assert.equal(playing.library, way === 'hls');
  await first.ended;
  await until('the page to say that it is over', async () => /has ended/.test((await look(page)).message), 60);
  await until('the list to say so', async () => /cam ended/.test(await listed(index)));

  const begun = Date.now();
  broadcast(60);
  const again = await until('the next broadcast', async () => {
    const now = await look(page);
    return now.state === 'playing' && now.time > 0.5 && now.message === '' && now;
  }, 60);
  console.log(`${way}: the next broadcast plays ${((Date.now() - begun) / 1000).toFixed(1)} s after its beginning`);
  assert.equal(again.born, playing.born, 'reloaded');
  await until('the list to say so', async () => /cam live/.test(await listed(index)));
  assert.deepEqual(page.errors, []);
  assert.deepEqual(index.errors, []);
});
