import { Cameras, STATES } from './cameras.js';
import { Faces } from './faces.js';
import { Picture } from './picture.js';
import { draw } from './shares.js';
import { describe } from './words.js';

const POLL_MS = 1000;
const SHARES_EVERY = 3;
const FACES_MS = 200;
const ALT_MS = 3000;
const PATIENCE_MS = 5000;
const MISSING_POLLS = 30;
const PICTURE_CHOICE = 'mien.picture';

const $ = (id) => document.getElementById(id);
const img = $('picture');

let selected = null;
let cameras = [];
let streaming = true;
let events = null;
let newest = null;
let polls = 0;
let polling = false;
let missing = 0;
let lost = null;
let run = null;

const faces = new Faces($('faces'), $('nobody'));
const tiles = new Cameras($('cameras'), choose);
const picture = new Picture(img, 0, (there) => {
  img.hidden = !there || !$('show').checked;
  update();
});

$('show').checked = localStorage.getItem(PICTURE_CHOICE) !== 'off';
$('show').addEventListener('change', () => {
  localStorage.setItem(PICTURE_CHOICE, $('show').checked ? 'on' : 'off');
  if (!$('show').checked) hidePicture();
  update();
});
$('stream').addEventListener('click', () => {
  streaming = !streaming;
  $('result').textContent = streaming ? '' : 'Stopped.';
  update();
});
$('once').addEventListener('click', once);
document.addEventListener('visibilitychange', () => {
  update();
  if (!document.hidden) poll();
});

function current() {
  return cameras.find((c) => c.name === selected);
}

function choose(name) {
  selected = name;
  streaming = true;
  newest = null;
  hidePicture();
  faces.clear();
  $('result').textContent = '';
  $('source').textContent = name;
  document.title = `${name} – Mien`;
  for (const link of document.querySelectorAll('[data-source]')) {
    link.search = `?source=${encodeURIComponent(name)}`;
  }
  polls = 0;
  update();
}

function hidePicture() {
  picture.stop();
  img.hidden = true;
  img.removeAttribute('src');
}

/** Brings picture and events in line with what is wanted and possible. */
function update() {
  const on = streaming && selected !== null && !document.hidden;
  const camera = current();
  $('stream').setAttribute('aria-pressed', String(streaming));
  tiles.update(cameras, selected, $('show').checked && !document.hidden);
  if (on && $('show').checked) picture.start(selected);
  else picture.stop();
  $('curtain').hidden = !img.hidden;
  $('curtain').textContent = $('show').checked ? curtain(camera) : 'The picture is off. Faces are still read.';
  if (on && (!events || events.readyState === EventSource.CLOSED)) listen();
  if (!on || (events && events.source !== selected)) silence();
}

function curtain(camera) {
  if (lost) return 'There is no connection to Mien.';
  if (!camera) return 'There is no camera now.';
  return camera.state === 'up' || camera.state === 'connecting'
    ? 'Waiting for a picture'
    : camera.reason || STATES[camera.state];
}

/** Why there is no face: nobody is there, or nothing is seen. */
function nobody(camera) {
  if (lost) return `Mien has not answered since ${lost.toLocaleTimeString()}.`;
  if (!camera) return 'There is no camera now.';
  if (camera.state === 'up') return 'No face in view.';
  const since = camera.since ? ` since ${new Date(camera.since).toLocaleTimeString()}` : '';
  return `Nothing is seen of ${camera.name}${since}: ${camera.reason || STATES[camera.state]}`;
}

function listen() {
  silence();
  events = new EventSource(`/api/observations?source=${encodeURIComponent(selected)}`);
  events.source = selected;
  events.onmessage = (message) => {
    newest = JSON.parse(message.data);
    faces.note(newest);
  };
}

function silence() {
  events?.close();
  events = null;
}

/** One frame, its faces, and how long that took. */
async function once() {
  if (selected === null) return;
  streaming = false;
  newest = null;
  update();
  $('result').textContent = 'Predicting…';
  const choice = $('show').checked ? '' : '&picture=0';
  try {
    const response = await fetch(`/api/once?source=${encodeURIComponent(selected)}${choice}`, { method: 'POST' });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    faces.show(answer.observation);
    const text = describe(answer.observation);
    $('result').textContent = `${text} (${answer.milliseconds} ms)`;
    img.alt = `${selected}: ${text}`;
    if (answer.picture) picture.still(answer.picture);
  } catch (e) {
    $('result').textContent = `No answer: ${e.message}`;
  }
}

/** Asks a server that may have gone without a word. */
function ask(url) {
  return fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** What was seen last is no news. */
function forget() {
  newest = null;
  faces.clear();
  img.alt = `${selected}: no picture`;
}

async function poll() {
  if (document.hidden || polling) return;
  polling = true;
  try {
    const response = await ask('/api/cameras');
    if (response.status === 401) {
      location.assign('/login.html');
      return;
    }
    const answer = await response.json();
    // Of another run the faces, and maybe the page, are others.
    if (run !== null && run !== answer.run) location.reload();
    run = answer.run;
    lost = null;
    cameras = answer.cameras;
    $('logout').hidden = !answer.login;
    // A camera that begins anew is away for a moment.
    missing = current() ? 0 : missing + 1;
    if (cameras.length > 0 && !current() && (selected === null || missing > MISSING_POLLS)) choose(cameras[0].name);
    const camera = current();
    if (camera?.state !== 'up' && streaming) forget();
    if (camera?.faces) faces.known(camera.timestamp, camera.faces);
    say(camera);
    measures(camera);
    if (selected !== null && polls++ % SHARES_EVERY === 0) await shares();
  } catch {
    cameras = [];
    lost ??= new Date();
    if (streaming) {
      forget();
      hidePicture();
    }
    measures();
    say({ state: 'retrying', reason: 'no connection to Mien' });
  } finally {
    polling = false;
  }
  update();
}

async function shares() {
  const response = await ask(`/api/shares?source=${encodeURIComponent(selected)}`);
  if (!response.ok) return;
  const answer = await response.json();
  draw($('plots'), answer);
  $('no-plots').hidden = answer.plots.length > 0;
}

/** Size and pace of the source; the frame for its picture is given its shape. */
function measures(camera) {
  const size = camera?.resolution;
  const rate = camera?.frames_per_second;
  $('facts').textContent = size ? `${size.width} × ${size.height}${rate ? `, ${rate} frames a second` : ''}` : '';
  if (size) $('screen').style.aspectRatio = `${size.width} / ${size.height}`;
}

/** The state is read out when it changes, so nothing that changes all the time stands in it. */
function say(camera) {
  const state = camera?.state ?? 'connecting';
  $('nobody').textContent = nobody(camera);
  const text = camera ? STATES[state] + (camera.reason ? `: ${camera.reason}` : '') : 'No camera';
  $('state').dataset.state = state;
  if ($('state-text').textContent !== text) $('state-text').textContent = text;
}

setInterval(poll, POLL_MS);
setInterval(() => {
  if (newest && streaming && !document.hidden) faces.show(newest);
}, FACES_MS);
setInterval(() => {
  if (newest && streaming) img.alt = `${selected}: ${describe(newest)}`;
}, ALT_MS);
poll();
