// uneven.spec.js chromium|firefox: a camera that skips frames in the dark, with ten seconds between keyframes.  A source
// buffer that meets a frame more than two frame durations late drops everything up to the next keyframe; the page must
// show it all the same.
const assert = require('node:assert');
const {execFileSync} = require('node:child_process');
const {story} = require('./lib/story.js');
const {until, sleep} = require('./lib/until.js');

const skipped = "select='lt(mod(n,50),30)+gte(mod(n,50),36)'";  // 240 ms without a picture, every two seconds

story(async (stage) => {
  const {folder} = stage.programs;
  // FLV, for it has no durations: as from a camera, each is a guess until the next frame comes.
  execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25', '-t', '40',
    '-vf', skipped, '-fps_mode', 'vfr', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency',
    '-g', '250', '-pix_fmt', 'yuv420p', `${folder}/dark.flv`]);
  const {url} = await stage.programs.pipe(`${folder}/dark.flv`, '--realtime');
  const page = await stage.open(process.argv[2], `${url}/live/`);
  const shown = () => page.evaluate(() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames);
  await until('the page to play', async () => (await shown()) > 10);
  for (let i = 0; i < 5; ++i) {
    const before = await shown();
    await sleep(2000);
    assert.ok(await shown() > before + 5, 'the picture froze');
  }
  assert.deepEqual(page.errors, []);
});
