// archive.spec.js: what s3-dvr-sync has made of a ladder plays from the bucket in hls.js, from the first second to the last and over a
// split, without a program of ours in between.
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const {execFileSync} = require('node:child_process');
const {story} = require('./lib/story.js');
const {until} = require('./lib/until.js');

const seconds = 6;
const split = 3;
const keys = {AWS_ACCESS_KEY_ID: 'AKTEST', AWS_SECRET_ACCESS_KEY: 'SKTESTSKTEST', AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true'};

const html = `<!doctype html><title>archive</title><link rel="icon" href="data:,"><video muted playsinline></video>
<script src="hls.js"></script><script>
const video = document.querySelector('video');
window.fatal = [];
window.play = (list) => {
  window.hls?.destroy();
  window.hls = new Hls();
  hls.on(Hls.Events.ERROR, (name, data) => data.fatal && fatal.push(data.details));
  hls.on(Hls.Events.MANIFEST_PARSED, () => { video.playbackRate = 4; video.play(); });
  hls.loadSource(list);
  hls.attachMedia(video);
};
</script>`;

function serve(library) {
  const server = http.createServer((request, response) => {
    const isLibrary = request.url === '/hls.js';
    response.writeHead(200, {'Content-Type': isLibrary ? 'text/javascript' : 'text/html'});
    response.end(isLibrary ? library : html);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

story(async (stage) => {
  const {programs} = stage;
  const store = programs.start('store',
    [`${__dirname}/../support/s3-server`, '--public', '--bucket', 'test', 'store']);
  const run = (command, ...args) => execFileSync(fs.existsSync(`${programs.bin}/${command}`) ?
    `${programs.bin}/${command}` : command, args,
  {cwd: programs.folder, env: {...process.env, ...keys}, stdio: ['ignore', 'ignore', 'pipe']});
  run('ffmpeg', '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i',
    'sine=sample_rate=48000', '-t', `${seconds}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p',
    '-c:a', 'aac', 'clip.mp4');
  run('abr-hls', '-o', `${programs.folder}/tree/cam`, '--record', '--preset', 'ultrafast', '--segment', '1s', '--key-interval', '1s',
    '--rendition', 'low=160x90@100k/32k', '--rendition', 'high=320x180@300k/64k', 'clip.mp4');
  const [, port] = await until('the store', () => /^ready (\d+)/m.exec(store.words));
  const endpoint = `http://127.0.0.1:${port}`;
  run('s3-dvr-sync', '--rendition', 'all', '--split', `${split}s`, '--endpoint', endpoint, 'tree', 's3://test');
  const {id} = JSON.parse(fs.readFileSync(`${programs.folder}/tree/cam/.stream.json`));

  const server = await serve(fs.readFileSync(require.resolve('hls.js/dist/hls.min.js')));
  const page = await stage.open('chromium', `http://127.0.0.1:${server.address().port}/`);
  let played = 0;
  for (const end of ['', '-2']) {
    const list = `${endpoint}/test/cam/vod-${id}${end}.m3u8`;
    await page.evaluate((url) => window.play(url), list);
    const last = await until(`vod-${id}${end}.m3u8 to be over`, async () => {
      const now = await page.evaluate(() => {
        const video = document.querySelector('video');
        return {ended: video.ended, duration: video.duration, height: video.videoHeight, fatal: window.fatal,
          levels: window.hls.levels.length, live: window.hls.latestLevelDetails?.live};
      });
      assert.deepEqual(now.fatal, []);
      return now.ended && now;
    });
    assert.equal(last.live, false, 'it is taken to be live');
    assert.equal(last.levels, 2);
    assert.ok(last.height > 0);
    played += last.duration;
  }
  server.close();
  assert.deepEqual(page.errors, []);
  console.log(`${played.toFixed(2)} of ${seconds} s play from the bucket`);
  assert.ok(Math.abs(played - seconds) < 0.5, 'not all of it');
});
