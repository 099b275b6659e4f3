// archive.spec.js: what s3-dvr-sync has made of a ladder plays from the bucket in hls.js, from the first second to the last, without a
// program of ours in between: over two broadcasts' worth of playlists, a split among them.
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const {execFileSync} = require('node:child_process');
const {story} = require('./lib/story.js');
const {until} = require('./lib/until.js');

const seconds = 9;
const split = 4;
const support = `${__dirname}/../support`;
const keys = {AWS_ACCESS_KEY_ID: 'AKTEST', AWS_SECRET_ACCESS_KEY: 'SKTESTSKTEST', AWS_REGION: 'us-east-1'};

const page = (list) => `<!doctype html><title>archive</title><video muted playsinline></video><script src="hls.js"></script><script>
const video = document.querySelector('video');
window.fatal = [];
const hls = new Hls({startLevel: -1});
hls.on(Hls.Events.ERROR, (name, data) => data.fatal && window.fatal.push(data.details));
hls.on(Hls.Events.MANIFEST_PARSED, () => { video.playbackRate = 4; video.play(); });
hls.loadSource(${JSON.stringify(list)});
hls.attachMedia(video);
</script>`;

/// Pages at their addresses: {path: text}.
function serve(pages) {
  const server = http.createServer((request, response) => {
    const text = pages[request.url];
    response.writeHead(text ? 200 : 404, {'Content-Type': request.url.endsWith('.js') ? 'text/javascript' : 'text/html'});
    response.end(text);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

story(async (stage) => {
  const {programs} = stage;
  const store = programs.start('store', [`${support}/s3-server`, '--public', '--bucket', 'test', 'store']);
  const [, port] = await until('the store', () => /^ready (\d+)/m.exec(store.words));
  const endpoint = `http://127.0.0.1:${port}`;
  const writer = programs.start('abr-hls', ['bash', '-c',
    `rtsp2fmp4 --duration ${seconds}s test:size=320x180,rate=25 | exec abr-hls -o tree/cam --preset ultrafast --segment 1s ` +
    '--key-interval 1s --rendition low=160x90@100k/32k --rendition high=320x180@300k/64k']);
  assert.equal((await writer.ended).code, 0);
  execFileSync(`${programs.bin}/s3-dvr-sync`,
    ['--rendition', 'all', '--split', `${split}s`, '--endpoint', endpoint, 'tree', 's3://test'],
    {cwd: programs.folder, env: {...process.env, ...keys}, stdio: ['ignore', 'ignore', 'inherit']});
  const {id} = JSON.parse(fs.readFileSync(`${programs.folder}/tree/cam/.stream.json`));

  const volumes = ['', '-2', '-3'].map((end) => `${endpoint}/test/cam/vod-${id}${end}.m3u8`);
  const pages = {'/hls.js': fs.readFileSync(require.resolve('hls.js/dist/hls.min.js'))};
  volumes.forEach((list, i) => (pages[`/${i}`] = page(list)));
  const server = await serve(pages);
  let played = 0;
  for (const i of volumes.keys()) {
    const open = await stage.open('chromium', `http://127.0.0.1:${server.address().port}/${i}`);
    const look = () => open.evaluate(() => {
      const video = document.querySelector('video');
      return {ended: video.ended, duration: video.duration, height: video.videoHeight, fatal: window.fatal,
        live: hls.levels[0]?.details?.live ?? hls.latestLevelDetails?.live};
    });
    const last = await until(`volume ${i + 1} to be over`, async () => {
      const now = await look();
      assert.deepEqual(now.fatal, []);
      return now.ended && now;
    });
    assert.notEqual(last.live, true, 'it is taken to be live');
    assert.ok(last.height > 0);
    played += last.duration;
    assert.deepEqual(open.errors.filter((error) => !/favicon/.test(error)), []);
  }
  server.close();
  console.log(`${played.toFixed(2)} of ${seconds} s play from the bucket`);
  assert.ok(Math.abs(played - seconds) < 0.5, 'not all of it');
});
