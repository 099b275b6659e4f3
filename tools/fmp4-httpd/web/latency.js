// How far behind the live edge hls.js plays a stream with parts.  By itself it stays where it began, or only ever catches up: what
// a stream lacks when its writer has died would be lost from the reserve for good.  Pure: no element, no clock.

/// In seconds but the rates, of which nobody hears.
export const limits = {
  reserve: 0.5,    // beyond what the playlist asks for (PART-HOLD-BACK), for a server whose next part is late
  slack: 0.1,      // before anything is done about it
  leastLeft: 1.0,  // with less to play it is not made faster
  away: 4.0,       // who is further behind has gone back to look at something
  fast: 1.05,
  slow: 0.95,
};

/// The rate to play at, of a player that is `behind` the live edge, where it should be by `target`, with `left` to play, and now
/// plays at `rate`.  Begins a correction beyond the slack and keeps it until the goal is met.
export function rateFor({behind, target, left, rate}) {
  const excess = behind - target - limits.reserve;
  if (excess > limits.away) return 1;
  if (excess > (rate > 1 ? 0 : limits.slack)) return left > limits.leastLeft ? limits.fast : 1;
  return excess < (rate < 1 ? 0 : -limits.slack) ? limits.slow : 1;
}
