const RETRY_MS = 1000;

/**
 * Shows one picture after the other, each asked for when the last one is there: who is slow sees
 * fewer, and never old ones.
 */
export class Picture {
  #img;
  #url = null;
  #count = 0;
  #pause;
  #timer = 0;

  /**
   * @param pause milliseconds between two pictures
   * @param shown called with true when one is there, with false when none comes
   */
  constructor(img, pause = 0, shown = () => {}) {
    this.#img = img;
    this.#pause = pause;
    img.addEventListener('load', () => {
      shown(true);
      this.#later(this.#pause);
    });
    img.addEventListener('error', () => {
      shown(false);
      this.#later(RETRY_MS);
    });
  }

  start(source) {
    const url = `/snapshot.jpg?source=${encodeURIComponent(source)}`;
    if (url === this.#url) return;
    this.#url = url;
    this.#next();
  }

  /** The picture stays where it is. */
  stop() {
    this.#url = null;
    clearTimeout(this.#timer);
  }

  /** Shows this one and no other. */
  still(url) {
    this.stop();
    this.#img.src = url;
  }

  #later(ms) {
    clearTimeout(this.#timer);
    if (this.#url) this.#timer = setTimeout(() => this.#next(), ms);
  }

  #next() {
    if (this.#url) this.#img.src = `${this.#url}&n=${++this.#count}`;
  }
}
