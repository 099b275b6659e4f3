// The last picture, kept on a canvas while the video element changes its source, so that nothing flashes.

export class Still {
  #video;
  #canvas;

  constructor(video, canvas) {
    this.#video = video;
    this.#canvas = canvas;
    for (const event of ['playing', 'timeupdate']) video.addEventListener(event, () => this.#shown());
  }

  take() {
    const {videoWidth, videoHeight} = this.#video;
    if (!videoWidth || !this.#canvas.hidden) return;
    this.#canvas.width = videoWidth;
    this.#canvas.height = videoHeight;
    this.#canvas.getContext('2d').drawImage(this.#video, 0, 0);
    this.#canvas.hidden = false;
  }

  #shown() {
    if (this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !this.#video.seeking) {
      this.#canvas.hidden = true;
    }
  }
}
