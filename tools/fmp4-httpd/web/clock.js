// The server's wall clock, told apart from this device's, which may be wrong by hours.

const kept = 12;  // readings: one minute, so that a drift between the two clocks is followed

/// Each message says what the server's clock showed when it was sent.  The message that was the least
/// on its way gives the greatest difference, and so the best estimate.
export class ServerClock {
  #offsets = [];

  heard(serverMs, localMs = performance.now()) {
    if (!Number.isFinite(serverMs)) return;
    this.#offsets.push(serverMs - localMs);
    if (this.#offsets.length > kept) this.#offsets.shift();
  }

  /// Milliseconds since 1970 on the server, or null before the first message.
  now(localMs = performance.now()) {
    return this.#offsets.length ? localMs + Math.max(...this.#offsets) : null;
  }
}
