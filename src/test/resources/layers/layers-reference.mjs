// Makes tiny layers models of random weights and says what they answer: node layers-reference.mjs FOLDER
import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import path from 'node:path';

const folder = process.argv[2];
let state = 1;
const next = () => ((state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >> 16) / 32768 - 0.5;

function randomise(model, spread) {
  model.setWeights(model.getWeights().map((w, i) => {
    const variance = /variance/.test(model.weights[i].name);
    return tf.tensor(Array.from({length: w.size}, () => variance ? 1 + next() : spread * next()), w.shape);
  }));
}

async function save(model, name, more) {
  fs.mkdirSync(path.join(folder, name), {recursive: true});
  await model.save({
    save: async (a) => {
      fs.writeFileSync(path.join(folder, name, 'weights.bin'), Buffer.from(a.weightData));
      fs.writeFileSync(path.join(folder, name, 'model.json'), JSON.stringify({
        modelTopology: a.modelTopology, format: a.format, generatedBy: a.generatedBy,
        weightsManifest: [{paths: ['./weights.bin'], weights: a.weightSpecs}]}));
      return {modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON'}};
    }});
  const shape = model.inputs[0].shape.slice(1);
  const x = tf.tensor([0, 1, 2].flatMap((n) =>
    Array.from({length: shape[0] * shape[1] * shape[2]}, (_, i) => Math.sin(i * (n + 1) * 0.37 + n))), [3, ...shape]);
  const y = await model.predict(x).array();
  fs.writeFileSync(path.join(folder, name, 'reference.json'), JSON.stringify({shape, answers: y, ...more}));
}

// As Teachable Machine writes it: a cut MobileNet and a mean, then a head, all inside a Sequential.
function block(x, filters, stride, id) {
  const bn = (name) => tf.layers.batchNormalization({name, epsilon: 0.001, momentum: 0.999});
  let y = x;
  y = tf.layers.conv2d({filters: 12, kernelSize: 1, padding: 'same', useBias: false, name: `block_${id}_expand`}).apply(y);
  y = bn(`block_${id}_expand_BN`).apply(y);
  y = tf.layers.reLU({maxValue: 6, name: `block_${id}_expand_relu`}).apply(y);
  if (stride === 2) y = tf.layers.zeroPadding2d({padding: [[0, 1], [0, 1]], name: `block_${id}_pad`}).apply(y);
  y = tf.layers.depthwiseConv2d({kernelSize: 3, strides: stride, padding: stride === 2 ? 'valid' : 'same', useBias: false, name: `block_${id}_depthwise`}).apply(y);
  y = bn(`block_${id}_depthwise_BN`).apply(y);
  y = tf.layers.reLU({maxValue: 6, name: `block_${id}_depthwise_relu`}).apply(y);
  y = tf.layers.conv2d({filters, kernelSize: 1, padding: 'same', useBias: false, name: `block_${id}_project`}).apply(y);
  y = bn(`block_${id}_project_BN`).apply(y);
  return stride === 1 && x.shape[3] === filters ? tf.layers.add({name: `block_${id}_add`}).apply([x, y]) : y;
}
const input = tf.input({shape: [24, 24, 3], name: 'input_1'});
let x = tf.layers.zeroPadding2d({padding: [[0, 1], [0, 1]], name: 'Conv1_pad'}).apply(input);
x = tf.layers.conv2d({filters: 8, kernelSize: 3, strides: 2, useBias: false, name: 'Conv1'}).apply(x);
x = tf.layers.batchNormalization({name: 'bn_Conv1', epsilon: 0.001}).apply(x);
x = tf.layers.reLU({maxValue: 6, name: 'Conv1_relu'}).apply(x);
x = block(x, 8, 1, 1);
x = block(x, 10, 2, 2);
const mobilenet = tf.model({inputs: input, outputs: x, name: 'mobilenet'});
const cut = tf.sequential({name: 'sequential_1', layers: [mobilenet, tf.layers.globalAveragePooling2d({name: 'gap'})]});
const head = tf.sequential({name: 'sequential_3', layers: [
  tf.layers.dense({inputShape: [10], units: 16, activation: 'relu', name: 'dense_Dense1'}),
  tf.layers.dropout({rate: 0.5, name: 'drop'}),
  tf.layers.dense({units: 3, activation: 'softmax', useBias: false, name: 'dense_Dense2'})]});
const teachable = tf.sequential({name: 'sequential_4', layers: [cut, head]});
randomise(teachable, 2.1);
await save(teachable, 'teachable', {});
fs.writeFileSync(path.join(folder, 'teachable/metadata.json'), JSON.stringify({
  tfjsVersion: '1.3.1', tmVersion: '2.4.7', packageVersion: '0.8.5', packageName: '@teachablemachine/image',
  timeStamp: '2026-11-23T00:00:00.000Z', userMetadata: {}, modelName: 'made-here', labels: ['up', 'down', 'neither one'], imageSize: 24}));

// Every other layer.
const a = tf.input({shape: [15, 13, 2], name: 'a'});
let z = tf.layers.separableConv2d({filters: 5, kernelSize: 3, padding: 'same', activation: 'relu', depthMultiplier: 2, name: 'sep'}).apply(a);
const m = tf.layers.maxPooling2d({poolSize: 3, strides: 2, padding: 'same', name: 'mp'}).apply(z);
const v = tf.layers.averagePooling2d({poolSize: [3, 3], strides: [2, 2], padding: 'same', name: 'ap'}).apply(z);
z = tf.layers.concatenate({name: 'cat'}).apply([m, v]);
z = tf.layers.conv2d({filters: 4, kernelSize: [3, 2], dilationRate: 2, padding: 'valid', activation: 'elu', name: 'dil'}).apply(z);
z = tf.layers.leakyReLU({alpha: 0.1, name: 'leak'}).apply(z);
z = tf.layers.depthwiseConv2d({kernelSize: 2, depthMultiplier: 2, padding: 'same', activation: 'tanh', name: 'dw'}).apply(z);
const g = tf.layers.globalMaxPooling2d({name: 'gmp'}).apply(z);
z = tf.layers.reshape({targetShape: [40, 4], name: 'resh'}).apply(z);
z = tf.layers.flatten({name: 'flat'}).apply(z);
z = tf.layers.dense({units: 8, activation: 'sigmoid', name: 'd1'}).apply(z);
z = tf.layers.batchNormalization({name: 'bn', scale: false}).apply(z);
z = tf.layers.activation({activation: 'relu', name: 'act'}).apply(z);
z = tf.layers.add({name: 'sum'}).apply([z, g, g]);
z = tf.layers.dense({units: 4, name: 'd2'}).apply(z);
z = tf.layers.softmax({name: 'soft'}).apply(z);
const every = tf.model({inputs: a, outputs: z, name: 'every'});
randomise(every, 0.8);
await save(every, 'every', {});
