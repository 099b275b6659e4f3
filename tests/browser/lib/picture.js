// What a page with a video element shows: how many pictures, and when each was made.
const {until, sleep} = require('./until.js');

/// Runs inside the page: counts presented pictures, and reads the time at which each was made from the cells in its
/// top left corner: see "TEST PICTURE" in rtsp2fmp4(1).
function install() {
  const columns = 24;
  const rows = 3;
  const small = 4;  // pixels of a cell on the canvas
  const video = document.querySelector('video');
  const canvas = document.createElement('canvas');
  canvas.width = columns * small;
  canvas.height = rows * small;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const read = () => {
    const width = columns * Math.floor(video.videoWidth / columns / 2) * 2;
    const height = rows * Math.max(16, Math.floor(video.videoHeight / 40 / 2) * 2);
    context.drawImage(video, 0, 0, width, height, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const bit = (at) => {
      const x = (at % columns) * small + small / 2;
      const y = Math.floor(at / columns) * small + small / 2;
      return pixels[(y * canvas.width + x) * 4] > 127 ? 1 : 0;
    };
    const value = (from, flip) => {
      let sum = 0;
      for (let i = from; i < from + columns; ++i) sum = sum * 2 + (bit(i) ^ flip);
      return sum;
    };
    const low = value(columns, 0);
    return value(2 * columns, 1) === low ? value(0, 0) * 2 ** columns + low : null;
  };
  const seen = {pictures: 0, read: 0, delays: [], newest: 0, backwards: 0};
  const next = () => video.requestVideoFrameCallback(() => {
    const made = read();
    seen.pictures += 1;
    if (made !== null) {
      seen.read += 1;
      if (made < seen.newest) seen.backwards += 1;
      seen.newest = made;
      seen.delays.push(Date.now() - made);
      if (seen.delays.length > 5000) seen.delays.shift();
    }
    next();
  });
  globalThis.seen = seen;
  next();
}

const watch = (page) => page.evaluate(install);

/// {pictures, read, newest, backwards, delays, time, width, height, message, url}
const look = (page) => page.evaluate(() => {
  const video = document.querySelector('video');
  return {
    ...globalThis.seen,
    time: video.currentTime,
    width: video.videoWidth,
    height: video.videoHeight,
    muted: video.muted,
    message: document.querySelector('#message')?.textContent ?? '',
    reloads: performance.getEntriesByType('navigation').length - 1,
    born: performance.timeOrigin,
  };
});

/// Pictures of the source's present are shown: at least `count` that were made after now.
async function goesOn(page, what, count = 10, seconds = 60) {
  const since = Date.now();
  const before = (await look(page)).pictures;
  return until(`${page.name}: ${what}`, async () => {
    const now = await look(page);
    return now.pictures >= before + count && now.newest > since && now;
  }, seconds);
}

/// Pictures advance for `seconds`: some in each two of them.
async function advances(page, seconds) {
  const end = Date.now() + seconds * 1000;
  let before = await look(page);
  while (Date.now() < end) {
    await sleep(2000);
    const now = await look(page);
    if (now.pictures <= before.pictures) {
      throw new Error(`${page.name}: no picture in two seconds after ${before.pictures} pictures; ${now.message}`);
    }
    before = now;
  }
  return before;
}

module.exports = {watch, look, goesOn, advances};
