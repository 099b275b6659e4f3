// An init segment and fragments made byte by byte: what is read from them, and the one number that is changed.
import assert from 'node:assert';
import test from 'node:test';
import {web} from './web.mjs';

const {readFragment, readInit, stretchLastFrame} = await web('boxes.js');

const u32 = (...numbers) => numbers.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
const u64 = (n) => u32(Math.floor(n / 2 ** 32), n % 2 ** 32);
const text = (four) => [...four].map((c) => c.charCodeAt(0));
const box = (type, ...parts) => {
  const body = parts.flat();
  return [...u32(body.length + 8), ...text(type), ...body];
};
const buffer = (...boxes) => Uint8Array.from(boxes.flat()).buffer;

const trak = (id, timescale, handler) => box('trak',
  box('tkhd', u32(7, 0, 0, id)),
  box('mdia', box('mdhd', u32(0, 0, 0, timescale, 0)), box('hdlr', u32(0, 0), text(handler))));
const init = buffer(box('ftyp', text('iso6')), box('moov', trak(1, 90000, 'vide'), trak(2, 48000, 'soun')));
const tracks = readInit(init);

// One traf with one sample whose duration stands in tfhd, as a live fragment has.
const video = (time, {duration = 3600, flags = 0x01010000, composition} = {}) => box('traf',
  box('tfhd', u32(0x02002a, 1, 1, duration, flags)),
  box('tfdt', u32(0x01000000), u64(time)),
  box('trun', u32(composition === undefined ? 0x201 : 0x01000a01, 1, 0, 5000), composition === undefined ? [] : u32(composition)));
const audio = (time, durations) => box('traf',
  box('tfhd', u32(0x020020, 2, 0x02000000)),
  box('tfdt', u32(0x01000000), u64(time)),
  box('trun', u32(0x101, durations.length, 0, ...durations)));
const fragment = (...trafs) => buffer(box('moof', box('mfhd', u32(0, 1)), ...trafs), box('mdat', u32(1, 2)));

test('an init segment tells its tracks', () => {
  assert.deepEqual([...tracks.values()], [
    {id: 1, timescale: 90000, kind: 'video'}, {id: 2, timescale: 48000, kind: 'audio'}]);
});

test('bytes that are no init segment have no tracks', () => {
  for (let length = 0; length < init.byteLength; ++length) {
    assert.doesNotThrow(() => readInit(init.slice(0, length)), `of ${length} bytes`);
  }
  assert.equal(readInit(buffer(box('moov', box('trak', box('tkhd', u32(7, 0, 0, 1)))))).size, 0);
});

test('a fragment tells where its tracks begin and end', () => {
  const {trafs, producer} = readFragment(fragment(video(900000), audio(480000, [1024, 1024])), tracks);
  assert.equal(producer, null);
  assert.equal(trafs[0].start, 10);
  assert.equal(trafs[0].end, 10.04);
  assert.equal(trafs[1].start, 10);
  assert.equal(trafs[1].end, 10 + 2048 / 48000);
  assert.deepEqual(trafs.map((traf) => traf.frames), [1, 2]);
});

test('tfdt of 64 bits is read whole', () => {
  const [traf] = readFragment(fragment(video(90000 * 2 ** 34)), tracks).trafs;
  assert.equal(traf.start, 2 ** 34);
});

test('a keyframe is told from others', () => {
  const sync = (flags) => readFragment(fragment(video(0, {flags})), tracks).trafs[0].sync;
  assert.equal(sync(0x02000000), true);
  assert.equal(sync(0x01010000), false);
});

test('prft is the wall clock of a media time', () => {
  const ntp = (Date.UTC(2024, 0, 1) + 2208988800000) / 1000;
  const prft = box('prft', u32(0x01000018, 1, ntp, 0x80000000), u64(990000));
  const bytes = buffer(prft, [...new Uint8Array(fragment(video(990000)))]);
  const {producer} = readFragment(bytes, tracks);
  assert.equal(producer.time, 11);
  assert.equal(producer.wallMs, Date.UTC(2024, 0, 1) + 500);
});

test('tracks that the init segment does not know are left out', () => {
  assert.equal(readFragment(fragment(video(0)), new Map()).trafs.length, 0);
});

test('the last frame is made long, and nothing else changes', () => {
  const bytes = fragment(video(900000));
  const before = new Uint8Array(bytes.slice(0));
  stretchLastFrame(bytes, readFragment(bytes, tracks), 0.5);
  const again = readFragment(bytes, tracks);
  assert.equal(again.trafs[0].end, 10.5);
  const changed = [...new Uint8Array(bytes)].filter((byte, i) => byte !== before[i]).length;
  assert.ok(changed >= 1 && changed <= 4);
});

test('a frame that is longer already stays as it is', () => {
  const bytes = fragment(video(0, {duration: 180000}));
  stretchLastFrame(bytes, readFragment(bytes, tracks), 0.5);
  assert.equal(readFragment(bytes, tracks).trafs[0].end, 2);
});

test('reordered pictures and sound are not stretched', () => {
  const bytes = fragment(video(0, {composition: 3600}), audio(0, [1024]));
  const before = bytes.slice(0);
  stretchLastFrame(bytes, readFragment(bytes, tracks), 0.5);
  assert.deepEqual(new Uint8Array(bytes), new Uint8Array(before));
});
