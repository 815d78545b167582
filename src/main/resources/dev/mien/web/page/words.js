/** How long, from nanoseconds: "12 s", "3 min 20 s", "1 h 5 min". */
export function duration(nanos) {
  const s = Math.max(0, Math.floor(nanos / 1e9));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
}

export const percent = (share) => `${Math.round(share * 100)} %`;

export const plain = (label) => label.replaceAll('_', ' ');

/** The labels of an object of the record: [{task, text, confidence, index}]; one that is not sure is asked, and one of
    which nothing can be known has a reason in place of a confidence. */
export function labels(object) {
  return Object.entries(object)
    .filter(([, value]) => value && value.scores)
    .map(([task, { label, confidence, unsure, reason, scores }]) => ({
      task, text: reason ? `${plain(label)}: ${plain(reason)}` : plain(label) + (unsure ? '?' : ''),
      confidence: reason ? null : confidence, index: Object.keys(scores).indexOf(label),
    }));
}

/** The seven colours of annotate.Palette, by the label's place in its model's list. */
export const colour = (index) => (index < 0 ? 'label-none' : `label-${index % 7}`);

/** What is seen, in a sentence: "2 faces: happy; neutral, with mask". */
export function describe(record) {
  const faces = record.objects;
  if (faces.length === 0) return 'No face in view';
  const said = faces.map((f) => labels(f).map((l) => l.text).join(', ')).filter(Boolean);
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  return said.length ? `${count}: ${said.join('; ')}` : count;
}

/** A new element with a class and a text. */
export function element(name, className = '', text = '') {
  const e = document.createElement(name);
  if (className) e.className = className;
  e.textContent = text;
  return e;
}
