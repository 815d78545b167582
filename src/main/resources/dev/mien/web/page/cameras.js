import { Picture } from './picture.js';
import { element } from './words.js';

const STILL_MS = 1000;

/** The states of source.Link in words. */
export const STATES = {
  connecting: 'Connecting',
  up: 'Live',
  stalled: 'No new pictures',
  retrying: 'Away, trying again',
  refused: 'Password refused',
};

/** One button for each camera, with a small picture; shown where there are several. */
export class Cameras {
  #nav;
  #tiles = new Map();
  #choose;

  constructor(nav, choose) {
    this.#nav = nav;
    this.#choose = choose;
  }

  update(cameras, selected, pictures) {
    this.#nav.hidden = cameras.length < 2;
    const names = new Set(cameras.map((c) => c.name));
    for (const [name, tile] of this.#tiles) {
      if (!names.has(name)) {
        tile.picture.stop();
        tile.item.remove();
        this.#tiles.delete(name);
      }
    }
    for (const camera of cameras) {
      const tile = this.#tiles.get(camera.name) ?? this.#add(camera.name);
      const count = camera.faces?.length ?? 0;
      const state = camera.state === 'up' ? (count === 1 ? '1 face' : `${count} faces`) : STATES[camera.state];
      tile.note.textContent = state;
      tile.note.dataset.state = camera.state;
      tile.button.setAttribute('aria-current', String(camera.name === selected));
      tile.img.hidden = !pictures;
      if (pictures && camera.state === 'up' && cameras.length > 1) tile.picture.start(camera.name);
      else tile.picture.stop();
    }
  }

  #add(name) {
    const item = element('li');
    const button = element('button', 'tile');
    const img = element('img');
    img.alt = '';
    const note = element('span', 'note');
    button.append(img, element('span', 'name', name), note);
    button.addEventListener('click', () => this.#choose(name));
    item.append(button);
    this.#nav.querySelector('ul').append(item);
    const tile = { item, button, img, note, picture: new Picture(img, STILL_MS) };
    this.#tiles.set(name, tile);
    return tile;
  }
}
