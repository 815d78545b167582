import { colour, duration, element, labels, percent, plain } from './words.js';

/** The list of faces, one card each, which stays the same element while the face is there. */
export class Faces {
  #list;
  #nobody;
  #cards = new Map();
  #firstSeen = new Map();

  constructor(list, nobody) {
    this.#list = list;
    this.#nobody = nobody;
  }

  clear() {
    this.#firstSeen.clear();
    this.show({ timestamp: 0, objects: [] });
  }

  /** Faces that were there before this page was. */
  known(timestamp, faces) {
    for (const { id, seconds } of faces) {
      if (!this.#firstSeen.has(id)) this.#firstSeen.set(id, timestamp - seconds * 1e9);
    }
  }

  /** Must see every record, shown or not, to know since when a face is there. */
  note(record) {
    for (const { id } of record.objects) {
      if (!this.#firstSeen.has(id)) this.#firstSeen.set(id, record.timestamp);
    }
    if (this.#firstSeen.size > 1000) {
      this.#firstSeen.delete(this.#firstSeen.keys().next().value);
    }
  }

  show(record) {
    this.note(record);
    const gone = new Set(this.#cards.keys());
    for (const face of record.objects) {
      gone.delete(face.id);
      let card = this.#cards.get(face.id);
      if (!card) {
        card = new Card(face.id);
        this.#cards.set(face.id, card);
        this.#list.append(card.element);
      }
      card.update(face, record.timestamp - this.#firstSeen.get(face.id));
    }
    for (const id of gone) {
      this.#cards.get(id).element.remove();
      this.#cards.delete(id);
    }
    this.#nobody.hidden = record.objects.length > 0;
  }
}

class Card {
  constructor(id) {
    this.element = element('li', 'face');
    this.title = element('h3', '', `Face ${id}`);
    this.since = element('p', 'since');
    this.rows = element('dl');
    this.element.append(this.title, this.since, this.rows);
    this.byTask = new Map();
  }

  update(face, nanos) {
    const said = labels(face);
    this.element.className = `face ${colour(said.length ? said[0].index : -1)}`;
    set(this.since, `for ${duration(nanos)}, detected with ${percent(face.detection.confidence)}`);
    for (const label of said) this.row(label);
  }

  row({ task, text, confidence, index }) {
    let row = this.byTask.get(task);
    if (!row) {
      row = { group: element('div'), value: element('dd'), bar: element('span', 'bar') };
      row.bar.setAttribute('aria-hidden', 'true');
      row.fill = element('span');
      row.bar.append(row.fill);
      row.group.append(element('dt', '', plain(task)), row.value, row.bar);
      this.rows.append(row.group);
      this.byTask.set(task, row);
    }
    row.group.className = colour(index);
    set(row.value, confidence === null ? text : `${text} ${percent(confidence)}`);
    row.fill.style.width = `${(confidence ?? 0) * 100}%`;
  }
}

/** Touches the page only where it changes. */
function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
