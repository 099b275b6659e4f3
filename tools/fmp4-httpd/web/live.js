// A live stream on a video element by Media Source: init segments and fragments in, pictures out.
import {readFragment, readInit, stretchLastFrame} from './boxes.js';
import {Pace} from './pace.js';
import {Source} from './source.js';

/// Seconds.
const limits = {
  settle: 0.5,       // how long to wait for the newest picture at the start
  stretch: 0.5,      // what a last frame's duration is made, so that a late one still follows it
  backwards: 0.25,   // a new epoch that begins this much before the end needs a fresh source
  trackGone: 1.0,    // a track this far behind the other has stopped
  hiccup: 3.0,       // a longer silence is the source's, and no reason to keep more data
  hole: 0.1,         // playback stands at the end of a range when this close to it
  stuck: 6.0,        // data come and the position does not move: a fresh source, at first after this long
  stuckMost: 60.0,   // and after this long where even that takes the machine its time
};

const seconds = () => performance.now() / 1000;
const isApple = /^Apple/.test(navigator.vendor);

/// Calls on.renewed() before the element gets a fresh source, on.fragment({bytes, trafs}) for each
/// fragment, on.blocked() where the browser asks for a click first, and on.failed(why).
export class Live {
  #video;
  #on;
  #source = null;
  #pace = new Pace(!isApple);
  #tracks = null;        // of the init segment in use
  #mime = null;
  #next = null;          // {mime, init, tracks}: an epoch whose first fragment has not come
  #ends = new Map();     // track id -> where its data truly end
  #span = 0;             // of the newest fragment
  #producer = null;      // newest {wallMs, time}
  #arrival = 0;          // of the newest fragment
  #startingSince = 0;    // 0: the position has been set
  #ranDry = false;
  #held = false;         // paused by the person who watches
  #stand = {at: 0, since: 0, patience: limits.stuck};

  constructor(video, on) {
    this.#video = video;
    this.#on = on;
    video.addEventListener('waiting', () => {
      this.#ranDry = this.#source !== null && !video.seeking;
      this.#check();
    });
    video.addEventListener('error', () => {
      if (this.#source) this.#fail(video.error?.message || 'the picture could not be decoded');
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && !this.#held && video.paused) this.play();
    });
    setInterval(() => this.#tick(), 250);
  }

  /// What comes next is of a new connection and has nothing to do with what came before.
  detach() {
    this.#source?.close();
    this.#source = null;
    this.#tracks = null;
    this.#next = null;
  }

  /// A new epoch; its init segment and first fragment follow.
  epoch(mime) {
    this.#next = {mime, init: null, tracks: null};
  }

  /// An init segment or a fragment.
  binary(bytes) {
    if (this.#next && !this.#next.init) {
      this.#next.init = bytes;
      this.#next.tracks = readInit(bytes);
      return;
    }
    const tracks = this.#next?.tracks ?? this.#tracks;
    if (!tracks) return;
    const fragment = readFragment(bytes, tracks);
    if (!fragment.trafs.length) return;
    stretchLastFrame(bytes, fragment, limits.stretch);
    if (this.#next) this.#enter(fragment);
    this.#take(bytes, fragment);
  }

  /// Plays from the newest picture on.
  play() {
    this.#held = false;
    if (this.#source && !this.#startingSince) this.#goLive();
    this.#run();
  }

  pause() {
    this.#held = true;
    this.#video.pause();
  }

  /// When the picture that is shown reached its producer, in ms since 1970 by the server's clock, or null.
  shownMs() {
    if (!this.#producer || !this.#source || this.#startingSince) return null;
    return this.#producer.wallMs + (this.#video.currentTime - this.#producer.time) * 1000;
  }

  /// Seconds since the last fragment came.
  silence() {
    return seconds() - this.#arrival;
  }

  #run() {
    this.#video.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#on.blocked();
    });
  }

  #fail(why) {
    this.detach();
    this.#on.failed(why);
  }

  #enter(fragment) {
    const {mime, init, tracks} = this.#next;
    const follows = this.#source !== null && sameKinds(this.#tracks, tracks) &&
      (mime === this.#mime || this.#source.canChangeType()) &&
      startOf(fragment) > this.#end() - limits.backwards;
    this.#next = null;
    this.#tracks = tracks;
    this.#mime = mime;
    this.#ends.clear();
    if (!follows) this.#renew();
    this.#source.appendInit(init, mime);
  }

  #renew() {
    this.#source?.close();
    this.#on.renewed();
    this.#producer = null;
    this.#ranDry = false;
    this.#startingSince = seconds();
    this.#arrival = 0;
    this.#source = new Source(this.#video, this.#mime, {
      appended: () => this.#check(),
      failed: (why) => this.#fail(why),
    });
  }

  #take(bytes, fragment) {
    const now = seconds();
    const pause = now - this.#arrival;
    this.#arrival = now;
    this.#keepPace(now, pause);
    for (const traf of fragment.trafs) this.#ends.set(traf.track.id, traf.end);
    this.#span = Math.max(...fragment.trafs.map((traf) => traf.end - traf.start));
    if (fragment.producer) this.#producer = fragment.producer;
    const source = this.#source;
    source.append(bytes, keyframeOf(fragment, this.#tracks));
    this.#on.fragment(fragment);
    // Those that follow each other at once are of the past: the newest comes in its own time.
    if (this.#startingSince && pause > this.#span / 2 && pause < now) this.#startingSince -= limits.settle;
    if (source === this.#source) this.#check();
  }

  #keepPace(now, pause) {
    const video = this.#video;
    if (this.#ranDry && pause < limits.hiccup) this.#pace.stalled(now);
    this.#ranDry = false;
    if (this.#startingSince || video.paused || video.seeking || !this.#ends.size) return;
    const {rate, skip} = this.#pace.arrived(now, this.#end() - video.currentTime);
    if (skip > 0) video.currentTime += skip;
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  // Where the data of all tracks that go on end.
  #end() {
    const ends = [...this.#ends.values()];
    const newest = Math.max(...ends);
    return Math.min(...ends.filter((end) => end > newest - limits.trackGone));
  }

  #tick() {
    this.#check();
    this.#watchPosition();
  }

  // A seek that never ends, a decoder that gave up without a word: browsers have both.
  #watchPosition() {
    const {currentTime, paused, readyState} = this.#video;
    const stand = this.#stand;
    const moves = currentTime !== stand.at;
    if (moves && readyState > HTMLMediaElement.HAVE_CURRENT_DATA) stand.patience = limits.stuck;
    const rests = paused || !this.#source || this.silence() > 1 || document.visibilityState === 'hidden';
    if (moves || rests) {
      stand.at = currentTime;
      stand.since = seconds();
    } else if (seconds() - stand.since > stand.patience) {
      stand.since = seconds();
      stand.patience = Math.min(stand.patience * 2, limits.stuckMost);
      this.#fail('the picture stands still though data come');
    }
  }

  // Start when the newest picture is there; get out of holes.
  #check() {
    if (!this.#source || this.#video.seeking) return;
    const ranges = this.#source.ranges();
    if (!ranges.length) return;
    if (this.#startingSince) {
      if (seconds() - this.#startingSince >= limits.settle) this.#start();
      return;
    }
    const at = this.#video.currentTime;
    const last = ranges.at(-1);
    const playing = ranges.find((range) => at >= range.start && at < range.end - limits.hole);
    if (playing || this.#held) return;
    if (at < last.start || at > last.end + limits.settle) this.#goLive();
  }

  #start() {
    this.#startingSince = 0;
    this.#goLive();
    if (!this.#held) this.#run();
  }

  // One seek to where the next fragment will be in time.
  #goLive() {
    const last = this.#source?.ranges().at(-1);
    if (!last || !this.#ends.size) return;
    const end = Math.min(this.#end(), last.end);
    this.#video.currentTime = Math.max(last.start, end - this.#span - this.#pace.goal);
    this.#video.playbackRate = 1;
    this.#pace.jumped(seconds());
  }
}

const startOf = (fragment) => Math.min(...fragment.trafs.map((traf) => traf.start));

const kinds = (tracks) => [...tracks.values()].map((track) => track.kind).sort().join();
const sameKinds = (a, b) => a !== null && kinds(a) === kinds(b);

// The time of the keyframe that a fragment begins with, or null; all sound is keyframes.
function keyframeOf(fragment, tracks) {
  const hasVideo = [...tracks.values()].some((track) => track.kind === 'video');
  if (!hasVideo) return startOf(fragment);
  const video = fragment.trafs.find((traf) => traf.track.kind === 'video');
  return video?.sync ? video.start : null;
}
