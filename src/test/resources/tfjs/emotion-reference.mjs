// Runs the original network in TensorFlow.js and prints what it answers, for emotion-reference.json.
// In an empty folder: npm i @tensorflow/tfjs@4.22.0 pngjs@7; node emotion-reference.mjs THIS-FOLDER
import fs from 'node:fs';
import path from 'node:path';
import tf from '@tensorflow/tfjs';
import { PNG } from 'pngjs';

const here = process.argv[2];
const names = process.argv[3] ? process.argv.slice(3) : ['emotion.json'];
const results = {};
for (const name of names) {
  const json = JSON.parse(fs.readFileSync(path.join(here, name)));
  const bin = fs.readFileSync(path.join(here, json.weightsManifest[0].paths[0]));
  const model = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: json.modelTopology,
      signature: json.signature ?? json.userDefinedMetadata?.signature,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: bin.buffer.slice(bin.byteOffset, bin.byteOffset + bin.byteLength),
    }),
  });
  const [, height, width, channels] = model.inputs[0].shape;
  const size = height * width * channels;
  const inputs = {};
  for (const level of [0, 128, 255]) inputs['level-' + level] = new Float32Array(size).fill(level);
  for (const seed of [1, 2, 3]) {
    let state = seed;
    inputs['noise-' + seed] = Float32Array.from({ length: size }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state >> 16 & 255;
    });
  }
  if (channels === 1) {
    for (const file of fs.readdirSync(here).filter((f) => f.startsWith('face-')).sort()) {
      const { data } = PNG.sync.read(fs.readFileSync(path.join(here, file)));
      inputs[file] = Float32Array.from({ length: size }, (_, i) => data[4 * i]);
    }
  }
  results[name] = {};
  for (const [input, values] of Object.entries(inputs)) {
    const x = tf.tensor(values, [1, height, width, channels]).div(255).sub(0.5).mul(2);
    const outputs = [].concat(await model.executeAsync(x));
    // Long outputs are cut; the sum of all shows the rest.
    results[name][input] = model.outputs.map((o, i) => {
      const all = Array.from(outputs[i].dataSync());
      return { output: o.name.replace(/:0$/, ''), length: all.length,
        sum: all.reduce((a, b) => a + b, 0), first: all.slice(0, 16) };
    });
  }
}
console.log(JSON.stringify(results, null, 1));
