// plays.spec.js chromium|firefox h264|hevc: the main job.  rtsp2fmp4 test: | fmp4-httpd, watched on the player page
// and as a bare <video>: pictures advance, sound is decoded, the console is clean.
const assert = require('node:assert');
const {story, full} = require('./lib/story.js');
const {watch, look, goesOn, advances} = require('./lib/picture.js');
const {hears} = require('./lib/sound.js');

const [browser, codec] = process.argv.slice(2);
const seconds = full(10, 60);
// H.265 is made and shown by software here: 720p of it is more than two busy cores have.
const size = codec === 'hevc' ? [640, 360] : [1280, 720];
const settling = 5;  // the player may seek once more; Chromium shows a picture from before a seek again

async function onThePage(stage, url) {
  const page = await stage.open(browser, `${url}/live/`);
  await watch(page);
  await goesOn(page, 'the page plays');
  const start = await advances(page, settling);
  await advances(page, seconds);
  await hears(page);
  const seen = await look(page);
  assert.deepEqual([seen.width, seen.height], size);
  // Firefox, short of time, tells of an old picture now and then; its position does not go back.
  if (browser === 'chromium') assert.equal(seen.backwards, start.backwards, 'an older picture came after a newer one');
  assert.equal(seen.message, '');
  assert.deepEqual(page.errors, []);
  await page.close();
}

async function bare(stage, url) {
  const page = await stage.open(browser, `${url}/`);
  await page.evaluate(async () => {
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    video.src = 'live.mp4';
    await video.play();
  });
  await watch(page);
  await goesOn(page, '/live.mp4 plays');
  await advances(page, seconds);
  await hears(page);
  assert.deepEqual(page.errors, []);
  await page.close();
}

story(async (stage) => {
  const {url} = await stage.programs.pipe(`test:size=${size.join('x')},rate=25,vcodec=${codec}`);
  await onThePage(stage, url);
  await bare(stage, url);
});
