// Clock, codec names, figures, back-off.
import assert from 'node:assert';
import test from 'node:test';
import {web} from './web.mjs';

const {ServerClock} = await web('clock.js');
const {choose, codecsOf, sentence, shortName} = await web('codec.js');
const {backOff, limits} = await web('connection.js');
const figures = await web('figures.js');
const {Meter} = await web('meter.js');

const supports = (...types) => ({isTypeSupported: (type) => types.includes(type)});
const video = {canPlayType: () => ''};

test('the clock believes the message that was the least on its way', () => {
  const clock = new ServerClock();
  assert.equal(clock.now(0), null);
  clock.heard(1000500, 700);   // 200 ms on its way
  clock.heard(1005500, 5510);  // 10 ms
  clock.heard(1010500, 10900);
  assert.equal(clock.now(20000), 1005500 - 5510 + 20000);
});

test('the clock follows a drift once old readings are gone', () => {
  const clock = new ServerClock();
  for (let i = 0; i < 100; ++i) clock.heard(1e6 + i * 5000 - i, i * 5000);
  assert.ok(Math.abs(clock.now(495000) - (1e6 + 495000 - 99)) < 20);
});

test('FLAC is tried in both spellings', () => {
  const mime = 'video/mp4; codecs="avc1.64001f,flac"';
  const other = 'video/mp4; codecs="avc1.64001f,fLaC"';
  assert.deepEqual(choose(mime, video, supports(other)), {how: 'source', mime: other});
  assert.deepEqual(choose(other, video, supports(mime)), {how: 'source', mime});
});

test('without Media Source the bare element is asked', () => {
  const mime = 'video/mp4; codecs="avc1.64001f"';
  assert.deepEqual(choose(mime, {canPlayType: () => 'probably'}, null), {how: 'bare'});
});

test('what is missing is named', () => {
  const mime = 'video/mp4; codecs="hvc1.1.6.L93.B0,mp4a.40.2"';
  const way = choose(mime, video, supports('video/mp4; codecs="mp4a.40.2"'));
  assert.deepEqual(way, {how: 'not', missing: ['H.265 video']});
  assert.match(sentence(way.missing), /^This browser cannot play H\.265 video\. /);
});

test('codecs are read from a type', () => {
  assert.deepEqual(codecsOf('video/mp4; codecs="avc1.42c01f, mp4a.40.2"'), ['avc1.42c01f', 'mp4a.40.2']);
  assert.deepEqual(codecsOf('video/mp4'), []);
  assert.equal(shortName('video/mp4; codecs="av01.0.04M.08,opus"'), 'AV1 · Opus');
});

test('back-off doubles from a quarter of a second to ten, spread by half', () => {
  assert.equal(backOff(0, 1), limits.first);
  assert.equal(backOff(0, 0), limits.first / 2);
  assert.equal(backOff(1000, 1), limits.most);
});

test('figures are short', () => {
  assert.equal(figures.bitRate(2512345), '2.5 Mbit/s');
  assert.equal(figures.bitRate(812345), '812 kbit/s');
  assert.equal(figures.latency(183), '180 ms');
  assert.equal(figures.latency(12345), '12.3 s');
  assert.equal(figures.frameRate(24.97), '25 fps');
  assert.equal(figures.frameRate(7.5), '7.5 fps');
});

test('the meter measures by the time line of the media', () => {
  const meter = new Meter();
  const track = {kind: 'video'};
  for (let i = 0; i < 200; ++i) {
    meter.add({bytes: 5000, trafs: [{track, start: 10 + i / 25, end: 10 + (i + 1) / 25, frames: 1}]});
  }
  const {frameRate, bitRate} = meter.read();
  assert.ok(Math.abs(frameRate - 25) < 0.1);
  assert.ok(Math.abs(bitRate - 1e6) < 1e4);
});
