import { colour, element, percent, plain } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 100;
const STEP = 10;

/** Label shares over time: a column for each span, and a legend that says the same in numbers. */
export function draw(container, { span_seconds: seconds, plots }) {
  container.replaceChildren(...plots.map((plot) => figure(plot, seconds)));
}

function figure({ task, labels, counts }, seconds) {
  const sums = labels.map((_, i) => counts.reduce((sum, span) => sum + (span[i] ?? 0), 0));
  const all = sums.reduce((a, b) => a + b, 0);
  const order = labels.map((_, i) => i).filter((i) => sums[i] > 0).sort((a, b) => sums[b] - sums[a]);
  const minutes = Math.round((counts.length * seconds) / 60);

  const root = element('figure');
  const title = element('h3', '', plain(task));
  const chart = columns(counts, labels.length);
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', `Shares of ${plain(task)} over ${minutes} minutes; the list below has the numbers`);
  const scale = element('div', 'scale');
  scale.setAttribute('aria-hidden', 'true');
  scale.append(element('span', '', `${minutes} min ago`), element('span', '', 'now'));
  const legend = element('ul', 'legend');
  for (const i of order) {
    const item = element('li', colour(i));
    item.append(element('span', 'swatch'), element('span', '', plain(labels[i])),
      element('span', 'number', percent(sums[i] / all)));
    legend.append(item);
  }
  root.append(title, chart, scale, legend);
  return root;
}

function columns(counts, labels) {
  const svg = shape('svg', { viewBox: `0 0 ${counts.length * STEP} ${HEIGHT}`, preserveAspectRatio: 'none', class: 'columns' });
  for (const y of [0, 0.5, 1]) {
    svg.append(shape('line', { x1: 0, x2: counts.length * STEP, y1: y * HEIGHT, y2: y * HEIGHT, class: 'rule' }));
  }
  counts.forEach((span, column) => {
    const sum = span.reduce((a, b) => a + b, 0);
    let y = HEIGHT;
    for (let i = 0; sum > 0 && i < labels; i++) {
      const height = (span[i] / sum) * HEIGHT;
      y -= height;
      if (height > 0) {
        svg.append(shape('rect', { x: column * STEP, y, width: STEP, height, class: colour(i) }));
      }
    }
  });
  return svg;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
