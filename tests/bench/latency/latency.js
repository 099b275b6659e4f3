// latency.js [SECONDS] [BROWSER...]: how far a page is behind the camera, read from the frame time in the picture.
//
// rtsp2fmp4 test:rate=25 | fmp4-httpd, watched on the player page and in a bare <video>, each for SECONDS (60) after
// ten to settle, in Chromium and Firefox.  A figure is the wall clock when the browser presents a picture minus the
// wall clock when the source drew it: encoding, both programs, the socket, buffering and decoding, on one machine.
//
//     BIN=$PWD/build/release/bin NODE_PATH=.../node_modules node tests/bench/latency/latency.js
const path = require('node:path');
const lib = path.resolve(__dirname, '../../browser/lib');
const {story} = require(`${lib}/story.js`);
const {watch, look, goesOn} = require(`${lib}/picture.js`);
const {sleep} = require(`${lib}/until.js`);

const seconds = Number(process.argv[2] ?? 60);
const browsers = process.argv.length > 3 ? process.argv.slice(3) : ['chromium', 'firefox'];
const settleSeconds = 10;
const aim = {median: 300, p95: 500};  // ms, for the page

const bareVideo = async () => {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  video.src = 'live.mp4';
  await video.play();
};

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function measure(stage, browser, url, bare) {
  const page = await stage.open(browser, bare ? `${url}/` : `${url}/live/`);
  if (bare) await page.evaluate(bareVideo);
  await watch(page);
  await goesOn(page, 'plays');
  await sleep(settleSeconds * 1000);
  await page.evaluate(() => void (globalThis.seen.delays.length = 0));
  await sleep(seconds * 1000);
  const sorted = (await look(page)).delays.sort((a, b) => a - b);
  await page.close();
  if (!sorted.length) throw new Error(`${browser}: no frame time could be read`);
  return {pictures: sorted.length, median: at(sorted, 0.5), p95: at(sorted, 0.95), most: sorted.at(-1)};
}

story(async (stage) => {
  const {url} = await stage.programs.pipe('test:rate=25');
  console.log(`behind a 25 fps source, ms (aim for the page: median ${aim.median}, p95 ${aim.p95})`);
  console.log('browser   watched as      median    p95    most   pictures');
  for (const browser of browsers) {
    for (const bare of [false, true]) {
      const {median, p95, most, pictures} = await measure(stage, browser, url, bare);
      const cells = [median, p95, most].map((ms) => String(ms).padStart(6)).join(' ');
      console.log(`${browser.padEnd(9)} ${(bare ? '<video>' : 'player page').padEnd(13)} ${cells} ${String(pictures).padStart(10)}`);
    }
  }
});
