// Buttons and keys of the player: pause, sound, full screen.

const idleMs = 4000;

/// `player` is the element that goes full screen; on.toggle() is asked to play or pause.
export class Controls {
  #player;
  #video;
  #on;
  #buttons;
  #idle = 0;

  constructor(player, video, on) {
    this.#player = player;
    this.#video = video;
    this.#on = on;
    this.#buttons = {
      play: player.querySelector('#play'),
      mute: player.querySelector('#mute'),
      full: player.querySelector('#full'),
      start: player.querySelector('#start'),
      unmute: player.querySelector('#unmute'),
    };
    this.#wire();
    this.#wake();
    this.#show();
  }

  /// The browser wants a click before it plays.
  askForClick(wanted) {
    this.#buttons.start.hidden = !wanted;
  }

  /// Whether the stream has sound at all.
  hasSound(sound) {
    this.#player.classList.toggle('silent', !sound);
    this.#show();
  }

  #wire() {
    const {play, mute, full, start, unmute} = this.#buttons;
    play.onclick = () => this.#on.toggle();
    start.onclick = () => this.#on.toggle();
    mute.onclick = unmute.onclick = () => this.#toggleSound();
    full.onclick = () => this.#toggleFull();
    this.#video.ondblclick = () => this.#toggleFull();
    for (const event of ['play', 'pause', 'volumechange']) {
      this.#video.addEventListener(event, () => this.#show());
    }
    for (const event of ['fullscreenchange', 'webkitfullscreenchange']) {
      document.addEventListener(event, () => this.#show());
    }
    for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
      this.#player.addEventListener(event, () => this.#wake());
    }
    document.addEventListener('keydown', (event) => this.#key(event));
    full.hidden = !(this.#player.requestFullscreen || this.#player.webkitRequestFullscreen ||
      this.#video.webkitEnterFullscreen);
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === ' ' && event.target.closest?.('button')) return;  // that button's own key
    const action = {
      ' ': () => this.#on.toggle(),
      k: () => this.#on.toggle(),
      m: () => this.#toggleSound(),
      f: () => this.#toggleFull(),
    }[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #toggleSound() {
    this.#video.muted = !this.#video.muted;
  }

  #toggleFull() {
    const open = document.fullscreenElement ?? document.webkitFullscreenElement;
    if (open) {
      (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
      return;
    }
    const request = this.#player.requestFullscreen ?? this.#player.webkitRequestFullscreen;
    if (request) request.call(this.#player)?.catch?.(() => {});
    else this.#video.webkitEnterFullscreen?.();  // iPhone: the element alone
  }

  #wake() {
    this.#player.classList.remove('idle');
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#player.classList.add('idle'), idleMs);
  }

  #show() {
    const {play, mute, full, start, unmute} = this.#buttons;
    const open = Boolean(document.fullscreenElement ?? document.webkitFullscreenElement);
    const silent = this.#player.classList.contains('silent');
    if (!this.#video.paused) start.hidden = true;
    label(play, this.#video.paused ? 'play' : 'pause', this.#video.paused ? 'Play' : 'Pause');
    label(mute, this.#video.muted ? 'muted' : 'sound', this.#video.muted ? 'Turn sound on' : 'Mute');
    label(full, open ? 'shrink' : 'grow', open ? 'Leave full screen' : 'Full screen');
    mute.hidden = silent;
    unmute.hidden = silent || !this.#video.muted || this.#video.paused;
  }
}

function label(button, icon, text) {
  button.dataset.icon = icon;
  button.setAttribute('aria-label', text);
  button.title = `${text} (${button.dataset.key})`;
}
