// How far behind the newest picture to play: close, yet never out of data.  Pure: no element, no clock.

/// All in seconds but the rates.
export const limits = {
  goal: 0.09,         // of data left when new data comes: about two frames at 25 a second
  goalMost: 1.0,      // on a network that hiccups the goal grows up to this
  goalGrowth: 1.5,    // at each stall
  stallPause: 2.0,    // within which several are one
  calm: 15,           // without a stall for this long, the goal shrinks again
  goalShrink: 0.85,
  window: 1.0,        // the low water is taken over this long, and over three arrivals
  slack: 0.04,        // above the goal before anything is done about it
  seekBeyond: 2.0,
  seekBeyondNoRate: 1.0,  // where the rate must stay 1
  seekPause: 5.0,     // between two seeks
  settling: 3.0,      // after a jump to the newest picture: how long that took is only known now, and
  seekBeyondAtFirst: 0.3,  // within this time one further seek makes good for it
  fastest: 1.1,
  slowest: 0.95,
};

/// Decides from what was left to play at each arrival of new data (the low water).
/// `byRate` false: Safari, where a change of rate buffers anew.
export class Pace {
  #byRate;
  #readings = [];
  #goal = limits.goal;
  #calmSince = 0;
  #lastStall = -Infinity;
  #lastSeek = -Infinity;
  #settlesUntil = 0;
  #rate = 1;

  constructor(byRate = true) {
    this.#byRate = byRate;
  }

  get goal() {
    return this.#goal;
  }

  /// New data came at `now` when `left` was left to play (negative: playback had run past its end).
  /// Returns {rate, skip}: the rate to play at, and by how much to seek forward (0: do not).
  arrived(now, left) {
    this.#readings.push({now, left});
    while (this.#readings.length > 3 && this.#readings[0].now < now - limits.window) this.#readings.shift();
    this.#relax(now);
    const low = lowest(this.#readings);
    const skip = this.#skip(now, low);
    if (skip > 0) {
      this.jumped(now);
      this.#settlesUntil = 0;
      return {rate: 1, skip};
    }
    this.#rate = this.#byRate ? this.#rateFor(low) : 1;
    return {rate: this.#rate, skip: 0};
  }

  /// Playback ran dry: keep more from now on.
  stalled(now) {
    if (now - this.#lastStall < limits.stallPause) return;
    this.#lastStall = now;
    this.#goal = Math.min(this.#goal * limits.goalGrowth, limits.goalMost);
    this.#calmSince = now;
  }

  /// The position was moved to the newest picture: what was measured before no longer counts.
  jumped(now) {
    this.#readings = [];
    this.#lastSeek = now;
    this.#settlesUntil = now + limits.settling;
    this.#rate = 1;
  }

  #relax(now) {
    if (this.#calmSince === 0) this.#calmSince = now;
    if (now - this.#calmSince < limits.calm) return;
    this.#goal = Math.max(this.#goal * limits.goalShrink, limits.goal);
    this.#calmSince = now;
  }

  #skip(now, low) {
    if (this.#readings.length < 3) return 0;
    const excess = lowest(this.#readings.slice(-3)) - this.#goal;
    if (now < this.#settlesUntil) return low - this.#goal > limits.seekBeyondAtFirst ? excess : 0;
    const beyond = this.#byRate ? limits.seekBeyond : limits.seekBeyondNoRate;
    return low > beyond && now - this.#lastSeek > limits.seekPause ? excess : 0;
  }

  // Begins a correction beyond the slack and keeps it until the goal is met, so that the rate rests at 1.
  #rateFor(low) {
    const excess = low - this.#goal;
    const fast = this.#rate > 1 ? excess > 0.005 : excess > limits.slack;
    if (fast) return excess > 0.1 ? limits.fastest : 1.04;
    const slow = this.#rate < 1 ? excess < -0.005 : excess < -this.#goal * 0.6;
    return slow ? limits.slowest : 1;
  }
}

const lowest = (readings) => Math.min(...readings.map((reading) => reading.left));
