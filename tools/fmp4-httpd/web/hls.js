// The page of a stream of an HLS tree: by hls.js where the operator installed it, else by the browser itself.  When a
// broadcast has ended it waits for the next one, which has the same address.

import {limits as latency, rateFor} from './latency.js';

const limits = {
  askAgainMs: 3000,   // for a stream that is not there, or a next broadcast
  restartMs: 1000,    // after a failure
  mostRestartMs: 15000,
  answerMs: 10000,    // for a playlist
};

const find = (id) => document.getElementById(id);
const name = decodeURIComponent(location.pathname.split('/').at(-2));
const source = new URL(`live.m3u8${location.search}`, location).href;

const words = {
  connecting: 'Connecting …',
  waiting: 'The stream has not begun.',
  playing: '',
  ended: 'The broadcast has ended. The next one begins by itself.',
  lost: 'The connection is lost. Trying again …',
  unable: 'This browser does not play HLS. The operator of this server can install hls.js (--hls-js).',
};

function become(state) {
  find('player').dataset.state = state;
  find('message').textContent = words[state];
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/// The text of a playlist, or '' when there is none.
async function playlist(url) {
  try {
    const answer = await fetch(url, {cache: 'no-store', signal: AbortSignal.timeout(limits.answerMs)});
    return answer.ok ? await answer.text() : '';
  } catch {
    return '';
  }
}

/// Is there a broadcast that goes on?
async function isLive() {
  const first = (await playlist(source)).split('\n').find((line) => line && !line.startsWith('#'));
  if (!first) return false;
  const media = await playlist(new URL(first, source).href);
  return media.includes('#EXTINF') && !media.includes('#EXT-X-ENDLIST');
}

async function begun() {
  while (!(await isLive())) await pause(limits.askAgainMs);
}

/// Keeps a stream with parts, whose server tells at once of each, as close as it should be; a rate that the viewer has chosen stays.
function keepClose(hls, video) {
  const details = hls.levels[hls.currentLevel]?.details;
  const {playbackRate: rate, buffered, currentTime} = video;
  if (!details?.partTarget || !details.canBlockReload || !details.live) return;
  if (![1, latency.fast, latency.slow].includes(rate)) return;
  const left = buffered.length > 0 ? buffered.end(buffered.length - 1) - currentTime : 0;
  video.playbackRate = rateFor({behind: hls.latency, target: hls.targetLatency, left, rate});
}

/// Both ways play until the broadcast has ended ('ended') or something broke ('lost').
function playWithLibrary(video) {
  return new Promise((done) => {
    // A connection that has become slow is to be noticed (half-life, seconds) while there is something left in the buffer.
    const hls = new Hls({lowLatencyMode: true, backBufferLength: 30, enableWorker: true, abrEwmaFastLive: 0.25});
    window.hls = hls;  // for who looks from the console
    const end = (how) => {
      hls.destroy();
      video.ontimeupdate = null;
      video.playbackRate = 1;
      done(how);
    };
    hls.on(Hls.Events.ERROR, (_, error) => {
      if (!error.fatal) return;
      if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !video.dataset.recovered) {
        video.dataset.recovered = 'once';
        hls.recoverMediaError();
        return;
      }
      console.info(`${name}: ${error.details}`);
      end('lost');
    });
    hls.on(Hls.Events.FRAG_CHANGED, () => {
      delete video.dataset.recovered;
      become('playing');
    });
    video.onended = () => end('ended');
    video.ontimeupdate = () => keepClose(hls, video);
    hls.loadSource(source);
    hls.attachMedia(video);
  });
}

function playByItself(video) {
  return new Promise((done) => {
    const end = (how) => {
      video.removeAttribute('src');
      video.load();
      done(how);
    };
    video.onended = () => end('ended');
    video.onerror = () => end('lost');
    video.onplaying = () => become('playing');
    video.src = source;
    video.play().catch(() => {});  // a click will do
  });
}

/// Safari's own player is better than anything that a script can do there.
function wayToPlay(video) {
  const itself = video.canPlayType('application/vnd.apple.mpegurl') !== '';
  const ofApple = 'webkitSetPresentationMode' in video;
  const library = window.Hls?.isSupported() ?? false;
  if (itself && (ofApple || !library)) return playByItself;
  return library ? playWithLibrary : null;
}

async function run() {
  document.title = name;
  find('name').textContent = name;
  const video = find('video');
  const play = wayToPlay(video);
  if (!play) return become('unable');
  let delay = limits.restartMs;
  for (;;) {
    const began = Date.now();
    if (!(await isLive())) {
      if (find('player').dataset.state !== 'ended') become('waiting');
      await begun();
    }
    const how = await play(video);
    become(how);
    delay = Date.now() - began > limits.mostRestartMs ? limits.restartMs
      : Math.min(delay * 2, limits.mostRestartMs);
    await pause(how === 'lost' ? delay : 0);
  }
}

run();
