// A WebSocket that comes back: after a server's restart, a lost network, a laptop's sleep.

/// Milliseconds.
export const limits = {
  first: 250,       // before the second try
  most: 10000,      // between tries
  silence: 15000,   // the server's clock comes every 5 s: a socket silent for this long is dead
  opening: 10000,
  proven: 5000,     // a socket that has spoken for this long was no failure: the tries count from 0 again
};

/// The wait before try `n` (from 0): doubling, and spread by half, so that the viewers of a restarted
/// server do not come back all at once.
export function backOff(n, random = Math.random()) {
  const wait = Math.min(limits.first * 2 ** Math.min(n, 16), limits.most);
  return wait / 2 + (wait / 2) * random;
}

/// Calls on.open(), on.text(object), on.binary(ArrayBuffer) and on.lost().  Before each try it awaits
/// on.permit(): the milliseconds after which to ask again, 0 to go on; it throws when there is no server.
export class Connection {
  #url;
  #on;
  #socket = null;
  #tries = 0;
  #timer = 0;
  #deadline = 0;
  #opened = 0;
  #asked = 0;
  #paused = false;

  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    addEventListener('online', () => this.#soon());
    addEventListener('pageshow', ({persisted}) => persisted && this.#soon());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#soon();
    });
    setInterval(() => this.#watch(), 1000);
    this.#open();
  }

  /// Drops the socket and connects anew after the back-off.
  restart() {
    this.#lose();
  }

  /// No socket until resume(), or until `ms` have gone by.
  pause(ms = 0) {
    this.#paused = true;
    this.#drop();
    clearTimeout(this.#timer);
    if (ms > 0) this.#timer = setTimeout(() => this.resume(), ms);
  }

  resume() {
    if (!this.#paused) return;
    this.#paused = false;
    this.#open();
  }

  #open() {
    this.#ask().then((go) => go && this.#connect());
  }

  async #ask() {
    clearTimeout(this.#timer);
    const asking = ++this.#asked;
    const wait = await this.#on.permit().catch(() => -1);
    if (asking !== this.#asked) return false;  // something else happened meanwhile
    if (wait < 0) this.#lose();
    if (wait > 0) this.#timer = setTimeout(() => this.#open(), wait);
    return wait === 0;
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#deadline = Date.now() + limits.opening;
    socket.onopen = () => {
      this.#opened = Date.now();
      this.#heard();
      this.#on.open();
    };
    socket.onmessage = ({data}) => {
      this.#heard();
      if (typeof data !== 'string') this.#on.binary(data);
      else this.#text(data);
    };
    socket.onclose = () => this.#lose();
  }

  #text(data) {
    let message = null;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    this.#on.text(message);
  }

  #heard() {
    const now = Date.now();
    this.#deadline = now + limits.silence;
    if (now - this.#opened > limits.proven) this.#tries = 0;
  }

  #watch() {
    if (this.#socket && Date.now() > this.#deadline) this.#lose();
  }

  #drop() {
    ++this.#asked;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #lose() {
    this.#drop();
    clearTimeout(this.#timer);
    const wait = backOff(this.#tries++);
    this.#timer = setTimeout(() => this.#open(), wait);
    this.#on.lost();
  }

  // Something changed for the better: do not wait out the back-off, nor the silence of a dead socket.
  #soon() {
    if (this.#paused) return;
    if (!this.#socket) this.#open();
    else if (Date.now() > this.#deadline) this.#lose();
  }
}
