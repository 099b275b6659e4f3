// Whether sound is decoded: the element, unmuted, feeds an analyser, which must see more than silence.
const {until} = require('./until.js');

async function hears(page) {
  await page.evaluate(async () => {
    const video = document.querySelector('video');
    video.muted = false;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaElementSource(video).connect(analyser);
    await context.resume();
    globalThis.loudest = () => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    };
  });
  return until(`${page.name}: sound`, () => page.evaluate(() => globalThis.loudest() > 0.01));
}

module.exports = {hears};
