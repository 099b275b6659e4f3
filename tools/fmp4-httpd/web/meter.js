// Frame rate and bit rate of what comes, by the time line of the media.  Pure.

const windowSeconds = 4;

export class Meter {
  #rows = [];  // {start, end, frames, bytes}

  /// A fragment as readFragment() tells it.
  add({bytes, trafs}) {
    const traf = trafs.find((one) => one.track.kind === 'video') ?? trafs[0];
    const video = traf.track.kind === 'video';
    const last = this.#rows.at(-1);
    if (last && Math.abs(traf.start - last.end) > windowSeconds) this.clear();
    this.#rows.push({start: traf.start, end: traf.end, frames: video ? traf.frames : 0, bytes});
    while (traf.end - this.#rows[0].end > windowSeconds) this.#rows.shift();
  }

  clear() {
    this.#rows = [];
  }

  /// {frameRate, bitRate}, in 1/s; null for what cannot be told yet.
  read() {
    const span = this.#rows.length > 1 ? this.#rows.at(-1).end - this.#rows[0].start : 0;
    if (span < 0.5) return {frameRate: null, bitRate: null};
    const sum = (key) => this.#rows.reduce((total, row) => total + row[key], 0);
    return {frameRate: sum('frames') / span, bitRate: (sum('bytes') * 8) / span};
  }
}
