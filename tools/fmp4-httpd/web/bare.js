// A live stream as an endless file in a bare video element, where there is no Media Source.

const limits = {stuckMs: 10000};

/// Plays `url`; calls on.ended() once, when the response ends, fails or stands still.
export class Bare {
  #video;
  #on;
  #ended = false;
  #movedMs = Date.now();
  #watch;
  #listeners = new AbortController();

  constructor(video, url, on) {
    this.#video = video;
    this.#on = on;
    const {signal} = this.#listeners;
    video.addEventListener('timeupdate', () => (this.#movedMs = Date.now()), {signal});
    video.addEventListener('ended', () => this.#end(), {signal});
    video.addEventListener('error', () => this.#end(), {signal});
    this.#watch = setInterval(() => this.#check(), 1000);
    video.src = url;
    this.play();
  }

  play() {
    this.#movedMs = Date.now();
    this.#video.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#on.blocked();
    });
  }

  pause() {
    this.#video.pause();
  }

  close() {
    this.#ended = true;
    clearInterval(this.#watch);
    this.#listeners.abort();
  }

  #check() {
    if (!this.#video.paused && Date.now() - this.#movedMs > limits.stuckMs) this.#end();
  }

  #end() {
    if (this.#ended) return;
    this.close();
    this.#on.ended();
  }
}
