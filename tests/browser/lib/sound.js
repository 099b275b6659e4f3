// Whether sound is decoded: what the element plays is recorded for two seconds, and the recording is no silence.
// (An AudioContext would be simpler, but Firefox starts none on a machine without a sound device.)
const {until} = require('./until.js');

const loudest = (page) => page.evaluate(async () => {
  const video = document.querySelector('video');
  const all = video.captureStream?.() ?? video.mozCaptureStream();
  if (!all.getAudioTracks().length) return 0;
  const recorder = new MediaRecorder(new MediaStream(all.getAudioTracks()));
  const chunks = [];
  recorder.ondataavailable = ({data}) => chunks.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  recorder.stop();
  await stopped;
  const bytes = await new Blob(chunks).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes).catch(() => null);
  return sound ? sound.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0) : 0;
});

const hears = (page) => until(`${page.name}: sound`, async () => (await loudest(page)) > 0.01, 60);

module.exports = {hears};
