// nginx with scripts/nginx/hls.conf serves a live ladder with parts as plain HLS to hls.js: it plays on, over a kill of abr-hls too.
const assert = require('node:assert');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const {story, full} = require('./lib/story.js');
const {until} = require('./lib/until.js');
const {Ladder} = require('./lib/ladder.js');
const {countStalls, look} = require('./lib/hls_players.js');

const html = `<!doctype html><title>plain</title><video muted autoplay playsinline></video>
<script src="hls.js"></script><script>
window.fatal = 0;
// With parts, and no reload that is blocked, hls.js asks every 2 s and keeps 2.6 s behind: too close for either.
const hls = window.hls = new Hls({lowLatencyMode: false});
hls.on(Hls.Events.ERROR, (_, error) => { if (error.fatal) window.fatal += 1; });
hls.loadSource('../cam/live.m3u8');
hls.attachMedia(document.querySelector('video'));
</script>`;

const freePort = () => new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const {port} = server.address();
    server.close(() => done(port));
  });
});

const accepts = (port) => new Promise((done) => {
  const socket = net.connect(port, '127.0.0.1', () => done(true) || socket.destroy());
  socket.on('error', () => done(false));
});

async function plays(page, what, seconds) {
  const before = await look(page);
  return until(what, async () => {
    const now = await look(page);
    return now.behind !== null && now.time > before.time + seconds && now;
  }, seconds + 60);
}

story(async (stage) => {
  const {programs} = stage;
  const ladder = new Ladder(programs);
  await ladder.onDisk();
  const port = await freePort();
  programs.start('nginx', [path.resolve(__dirname, '../support/nginx-hls'), ladder.folder, String(port)]);
  await until('nginx', () => accepts(port), 20);
  ladder.url = `http://127.0.0.1:${port}`;
  const page = await stage.open('chromium', 'about:blank');
  const script = fs.readFileSync(require.resolve('hls.js/dist/hls.min.js'));
  await page.page.route('**/page/', (route) => route.fulfill({contentType: 'text/html', body: html}));
  await page.page.route('**/page/hls.js', (route) => route.fulfill({contentType: 'text/javascript', body: script}));
  await page.goto(`${ladder.url}/page/`);
  await plays(page, 'plays', 2);
  ladder.judge();
  await countStalls(page);
  const calm = await plays(page, 'plays on', full(8, 300));
  console.log(`plain HLS from nginx: ${calm.behind.toFixed(1)} s behind, ${calm.stalls} stalls`);
  assert.equal(calm.stalls, 0, 'stalled');
  for (let i = 0; i < full(1, 5); ++i) {
    await ladder.kill();
    const at = Date.now();
    await until('pictures from after the kill', async () => (await look(page)).date > at, 90);
  }
  assert.equal((await look(page)).fatal, 0, 'a fatal error');
  assert.deepEqual(await ladder.judgement(), []);
  assert.deepEqual(page.errors, []);
});
