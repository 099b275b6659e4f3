// One media source on one video element: appends in order, trims what was shown, and never grows.
import {mediaSourceClass} from './codec.js';

/// Seconds and bytes.
export const limits = {
  keep: 10,                  // behind the position
  trimBeyond: 15,            // behind the position, before anything is removed
  waiting: 32 * 1024 * 1024, // not yet appended
};

/// Calls on.appended() after each append and on.failed(why) once; after that it is of no more use.
export class Source {
  #video;
  #on;
  #mime;
  #media;
  #buffer = null;
  #url;
  #queue = [];          // {bytes, init, keyframe, mime}; a mime: the type changes before these bytes
  #queued = 0;
  #keyframes = [];      // times of the keyframes that were appended and not yet removed
  #streaming = true;
  #failed = false;

  constructor(video, mime, on) {
    this.#video = video;
    this.#mime = mime;
    this.#on = on;
    this.#media = new (mediaSourceClass())();
    if ('streaming' in this.#media) this.#manage();
    this.#url = URL.createObjectURL(this.#media);
    this.#media.addEventListener('sourceopen', () => this.#opened(), {once: true});
    video.src = this.#url;
  }

  // ManagedMediaSource: the system says when it wants data, and only works without AirPlay.
  #manage() {
    this.#video.disableRemotePlayback = true;
    this.#streaming = this.#media.streaming;
    this.#media.addEventListener('startstreaming', () => {
      this.#streaming = true;
      this.#step();
    });
    this.#media.addEventListener('endstreaming', () => {
      this.#streaming = false;
    });
  }

  #opened() {
    URL.revokeObjectURL(this.#url);
    if (this.#failed) return;
    try {
      this.#buffer = this.#media.addSourceBuffer(this.#mime);
    } catch (error) {
      this.#fail(error.message);
      return;
    }
    this.#buffer.addEventListener('updateend', () => this.#updated());
    this.#buffer.addEventListener('error', () => this.#fail('the data could not be read'));
    this.#step();
  }

  /// An init segment; `mime` where the codecs differ from those before.
  appendInit(bytes, mime) {
    this.#push({bytes, init: true, keyframe: null, mime: mime === this.#mime ? null : mime});
    this.#mime = mime;
  }

  /// A fragment; `keyframe` is the time of its keyframe, or null.
  append(bytes, keyframe) {
    if (keyframe !== null && !this.#streaming) this.#forgetWaiting();
    this.#push({bytes, init: false, keyframe, mime: null});
    if (this.#queued > limits.waiting) this.#fail('the browser takes no data');
  }

  /// False where the other type could only be had with a new source.
  canChangeType() {
    return this.#buffer !== null && 'changeType' in this.#buffer;
  }

  /// [{start, end}] of what can be shown.
  ranges() {
    const buffered = this.#video.buffered;
    return Array.from({length: buffered.length}, (_, i) => ({start: buffered.start(i), end: buffered.end(i)}));
  }

  close() {
    this.#failed = true;
    this.#queue = [];
  }

  #push(item) {
    if (this.#failed) return;
    this.#queue.push(item);
    this.#queued += item.bytes.byteLength;
    this.#step();
  }

  // While the system wants no data, what waits begins at the newest keyframe; init segments stay.
  #forgetWaiting() {
    this.#queue = this.#queue.filter((item) => item.init);
    this.#queued = this.#queue.reduce((sum, item) => sum + item.bytes.byteLength, 0);
  }

  #fail(why) {
    if (this.#failed) return;
    this.close();
    this.#on.failed(why);
  }

  #updated() {
    if (this.#failed) return;
    this.#on.appended();
    if (!this.#buffer.updating && !this.#trim()) this.#step();  // a later append may be under way already
  }

  // Appends everything that waits, up to a change of type, in one go.
  #step() {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#failed || !this.#streaming || !this.#queue.length) return;
    let count = 1;
    while (count < this.#queue.length && !this.#queue[count].mime) ++count;
    const items = this.#queue.slice(0, count);
    try {
      if (items[0].mime) buffer.changeType(items[0].mime);
      buffer.appendBuffer(joined(items));
    } catch (error) {
      this.#refused(error);
      return;
    }
    this.#queue.splice(0, count);
    for (const item of items) {
      this.#queued -= item.bytes.byteLength;
      if (item.keyframe !== null) this.#keyframes.push(item.keyframe);
    }
  }

  #refused(error) {
    if (error.name === 'QuotaExceededError' && this.#removeBefore(this.#video.currentTime)) return;
    this.#fail(error.message);
  }

  #trim() {
    const first = this.#ownStart();
    const edge = this.#video.paused ? this.#keyframes.at(-1) ?? 0 : this.#video.currentTime;
    if (first === null || edge - first < limits.trimBeyond) return false;
    return this.#removeBefore(edge - limits.keep);
  }

  #ownStart() {
    const buffered = this.#buffer.buffered;
    return buffered.length ? buffered.start(0) : null;
  }

  // remove() goes on to the next keyframe after its end, so that end must be a keyframe: otherwise it would
  // take the very picture group that is playing.  True when something is being removed.
  #removeBefore(time) {
    const end = this.#keyframes.findLast((keyframe) => keyframe <= time);
    const first = this.#ownStart();
    if (end === undefined || first === null || end <= first) return false;
    this.#keyframes = this.#keyframes.filter((keyframe) => keyframe >= end);
    this.#buffer.remove(0, end - 0.001);  // clear of rounding: the keyframe itself stays
    return true;
  }
}

function joined(items) {
  if (items.length === 1) return items[0].bytes;
  const all = new Uint8Array(items.reduce((sum, item) => sum + item.bytes.byteLength, 0));
  let at = 0;
  for (const {bytes} of items) {
    all.set(new Uint8Array(bytes), at);
    at += bytes.byteLength;
  }
  return all;
}
