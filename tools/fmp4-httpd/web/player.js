// The player page of one stream: joins the connection, the picture and what is written under it.
import {Bare} from './bare.js';
import {ServerClock} from './clock.js';
import {choose, codecsOf, nameOf, sentence, shortName} from './codec.js';
import {Connection} from './connection.js';
import {Controls} from './controls.js';
import * as figures from './figures.js';
import {Live} from './live.js';
import {Meter} from './meter.js';
import {Still} from './still.js';
import {streams} from './streams.js';

const limits = {
  silenceSeconds: 3,      // without a fragment, before the page says so
  askWaitingMs: 1000,     // whether the stream has begun
  askRarelyMs: 5000,      // whether there is such a stream after all
  askPlayableMs: 15000,   // whether it has become one that this browser plays
  patienceMs: 1000,       // of a short break nothing is said
};

const find = (id) => document.getElementById(id);
const name = decodeURIComponent(location.pathname.split('/').at(-2));
const address = (suffix, scheme = location.protocol) => {
  const url = new URL(`../${encodeURIComponent(name)}${suffix}`, location);
  url.protocol = scheme;
  return url.href;
};

class Player {
  #video = find('video');
  #still = new Still(this.#video, find('still'));
  #clock = new ServerClock();
  #meter = new Meter();
  #mime = '';
  #state = {kind: 'connecting', since: Date.now(), text: ''};
  #bare = null;
  #live = new Live(this.#video, {
    renewed: () => this.#renewed(),
    fragment: (fragment) => this.#fragment(fragment),
    blocked: () => this.#controls.askForClick(true),
    failed: (why) => this.#failed(why),
  });
  #controls = new Controls(find('player'), this.#video, {toggle: () => this.#toggle()});
  #connection = new Connection(address('.ws', location.protocol === 'https:' ? 'wss:' : 'ws:'), {
    open: () => this.#opened(),
    text: (message) => this.#message(message),
    binary: (bytes) => this.#live.binary(bytes),
    lost: () => this.#lost(),
    permit: () => this.#permit(),
  });

  constructor() {
    for (const event of ['resize', 'play', 'pause']) this.#video.addEventListener(event, () => this.#show());
    setInterval(() => this.#show(), 500);
    this.#show();
  }

  #become(kind, text = '') {
    if (this.#state.kind !== kind || this.#state.text !== text) {
      this.#state = {kind, since: Date.now(), text};
      this.#show();
    }
  }

  // A socket that is refused is an error on the console, so the page asks first whether the stream has begun.
  async #permit() {
    const stream = (await streams('../stats.json')).find((one) => one.name === name);
    const state = stream?.state ?? 'unknown';
    if (state === 'live') return 0;
    this.#become(state, stream?.reason);
    return state === 'waiting' ? limits.askWaitingMs : limits.askRarelyMs;
  }

  #opened() {
    this.#clock = new ServerClock();
    this.#live.detach();
    this.#become('waiting');
  }

  #lost() {
    this.#live.detach();
    if (!this.#bare) this.#become('lost');
  }

  #message({type, mime, now}) {
    this.#clock.heard(now);
    if (type !== 'epoch' || typeof mime !== 'string') return;
    this.#mime = mime;
    this.#meter.clear();
    this.#controls.hasSound(codecsOf(mime).some((codec) => nameOf(codec).endsWith('sound')));
    const way = choose(mime, this.#video);
    if (way.how === 'source') this.#live.epoch(way.mime);
    else if (way.how === 'bare') this.#playBare();
    else this.#cannot(way.missing);
  }

  #fragment(fragment) {
    this.#meter.add(fragment);
    this.#become('playing');
  }

  #renewed() {
    this.#still.take();
  }

  #failed(why) {
    console.info(`${name}: starting again: ${why}`);
    this.#connection.restart();
    this.#become('failing');
  }

  #playBare() {
    this.#live.detach();
    this.#connection.pause();
    this.#become('playing');
    this.#bare = new Bare(this.#video, address('.mp4'), {
      blocked: () => this.#controls.askForClick(true),
      ended: () => this.#bareEnded(),
    });
  }

  #bareEnded() {
    const shown = this.#video.videoWidth > 0 || this.#video.currentTime > 0;
    this.#bare = null;
    if (shown) {
      this.#become('lost');
      this.#connection.resume();
    } else {
      this.#cannot([]);
    }
  }

  #cannot(missing) {
    this.#live.detach();
    this.#video.removeAttribute('src');
    this.#video.load();
    this.#become('unplayable', sentence(missing));
    this.#connection.pause(limits.askPlayableMs);
  }

  #toggle() {
    const player = this.#bare ?? this.#live;
    if (this.#video.paused) player.play();
    else player.pause();
  }

  #show() {
    const {frameRate, bitRate} = this.#meter.read();
    find('size').textContent = figures.size(this.#video.videoWidth, this.#video.videoHeight);
    find('frame-rate').textContent = figures.frameRate(frameRate);
    find('bit-rate').textContent = figures.bitRate(bitRate);
    find('latency').textContent = figures.latency(this.#latency());
    find('codec').textContent = shortName(this.#mime) || '–';
    const text = this.#text();
    if (find('message').textContent !== text) find('message').textContent = text;
    find('player').dataset.state = this.#stateName();
  }

  #latency() {
    const now = this.#clock.now();
    const shown = this.#live.shownMs();
    const still = this.#video.paused || this.#silent();
    return now === null || shown === null || still ? null : now - shown;
  }

  #silent() {
    return this.#state.kind === 'playing' && !this.#bare && this.#live.silence() > limits.silenceSeconds;
  }

  #stateName() {
    if (this.#silent()) return 'waiting';
    return this.#state.kind === 'playing' && this.#video.paused ? 'paused' : this.#state.kind;
  }

  #text() {
    const {kind, since, text} = this.#state;
    if (this.#silent()) {
      return `No picture from the source for ${figures.duration(this.#live.silence())}. It goes on by itself.`;
    }
    if (Date.now() - since < limits.patienceMs && kind !== 'unplayable') return '';
    return {
      connecting: 'Connecting…',
      waiting: 'Waiting for the source…',
      ended: 'The stream has ended.',
      failed: `The source has failed: ${text}`,
      unknown: `There is no stream called “${name}”.`,
      failing: 'The browser could not play this. Trying again…',
      lost: 'The server does not answer. Trying again…',
      unplayable: text,
      playing: '',
    }[kind];
  }
}

document.title = `${name} – live`;
find('name').textContent = name;
new Player();
