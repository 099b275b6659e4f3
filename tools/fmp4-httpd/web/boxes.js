// Just enough of ISO/IEC 14496-12 to know the tracks of an init segment and the times of a fragment.
// Pure: an ArrayBuffer in, plain values out.  All times are in seconds unless a name says otherwise.

const ntpEpochMs = 2208988800000;  // 1970-01-01 in NTP time (RFC 5905 section 6)
const nonSync = 0x10000;           // sample_is_non_sync_sample, section 8.8.3.1

function* boxes(view, at = 0, end = view.byteLength) {
  while (at + 8 <= end) {
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= end) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    }
    if (size < head || at + size > end) return;
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    yield {type, body: at + head, end: at + size};
    at += size;
  }
}

const child = (view, box, type) => {
  for (const found of boxes(view, box?.body ?? 0, box ? box.end : view.byteLength)) {
    if (found.type === type) return found;
  }
  return null;
};

const flagsOf = (view, box) => view.getUint32(box.body) & 0xffffff;
const versionOf = (view, box) => view.getUint8(box.body);
const big = (view, at) => Number(view.getBigUint64(at));

function readTrack(view, trak) {
  const tkhd = child(view, trak, 'tkhd');
  const mdia = child(view, trak, 'mdia');
  const mdhd = mdia && child(view, mdia, 'mdhd');
  const hdlr = mdia && child(view, mdia, 'hdlr');
  if (!tkhd || !mdhd || !hdlr) return null;
  const handler = view.getUint32(hdlr.body + 8);
  return {
    id: view.getUint32(tkhd.body + (versionOf(view, tkhd) === 1 ? 20 : 12)),
    timescale: view.getUint32(mdhd.body + (versionOf(view, mdhd) === 1 ? 20 : 12)),
    kind: handler === 0x76696465 ? 'video' : handler === 0x736f756e ? 'audio' : 'other',
  };
}

/// The tracks of `ftyp moov`: a Map from track id to {id, kind, timescale}.
export function readInit(buffer) {
  const view = new DataView(buffer);
  const tracks = new Map();
  const moov = child(view, null, 'moov');
  if (!moov) return tracks;
  for (const box of boxes(view, moov.body, moov.end)) {
    const track = box.type === 'trak' ? readTrack(view, box) : null;
    if (track) tracks.set(track.id, track);
  }
  return tracks;
}

function readProducer(view, box, tracks) {
  const track = tracks.get(view.getUint32(box.body + 4));
  if (!track) return null;
  const wall = view.getUint32(box.body + 8) * 1000 + view.getUint32(box.body + 12) / 4294967.296;
  const media = versionOf(view, box) === 0 ? view.getUint32(box.body + 16) : big(view, box.body + 16);
  return {wallMs: wall - ntpEpochMs, time: media / track.timescale};
}

// tfhd: the defaults of a traf, and where its default duration is written.
function readDefaults(view, box) {
  const flags = flagsOf(view, box);
  const defaults = {track: view.getUint32(box.body + 4), duration: 0, durationAt: 0, flags: 0};
  let at = box.body + 8;
  if (flags & 0x1) at += 8;
  if (flags & 0x2) at += 4;
  if (flags & 0x8) {
    defaults.duration = view.getUint32(at);
    defaults.durationAt = at;
    at += 4;
  }
  if (flags & 0x10) at += 4;
  if (flags & 0x20) defaults.flags = view.getUint32(at);
  return defaults;
}

// trun: how many samples, how long in ticks, does the first one start a picture group, are pictures
// reordered, and where the last sample's duration is written (0: nowhere of its own).
function readRun(view, box, defaults) {
  const flags = flagsOf(view, box);
  const count = view.getUint32(box.body + 4);
  let at = box.body + 8;
  if (flags & 0x1) at += 4;
  let first = defaults.flags;
  if (flags & 0x4) {
    first = view.getUint32(at);
    at += 4;
  }
  const run = {count, ticks: 0, first: null, reordered: false, last: 0, lastAt: 0};
  for (let i = 0; i < count; ++i) {
    run.last = defaults.duration;
    run.lastAt = count === 1 ? defaults.durationAt : 0;
    if (flags & 0x100) {
      run.last = view.getUint32(at);
      run.lastAt = at;
      at += 4;
    }
    run.ticks += run.last;
    if (flags & 0x200) at += 4;
    if (flags & 0x400) {
      if (i === 0) first = view.getUint32(at);
      at += 4;
    }
    if (flags & 0x800) {
      if (view.getUint32(at) !== 0) run.reordered = true;
      at += 4;
    }
  }
  run.sync = (first & nonSync) === 0;
  return run;
}

function readTraf(view, traf, tracks) {
  const tfhd = child(view, traf, 'tfhd');
  const tfdt = child(view, traf, 'tfdt');
  const trun = child(view, traf, 'trun');
  const defaults = tfhd && readDefaults(view, tfhd);
  const track = defaults && tracks.get(defaults.track);
  if (!track || !tfdt || !trun) return null;
  const ticks = versionOf(view, tfdt) === 1 ? big(view, tfdt.body + 4) : view.getUint32(tfdt.body + 4);
  const run = readRun(view, trun, defaults);
  return {
    track,
    start: ticks / track.timescale,
    end: (ticks + run.ticks) / track.timescale,
    frames: run.count,
    sync: run.sync,
    reordered: run.reordered,
    last: run.last / track.timescale,
    lastAt: run.lastAt,
  };
}

/// What a fragment `[prft] moof mdat` says: its producer's wall clock {wallMs, time} or null, and its
/// trafs of known tracks {track, start, end, frames, sync, reordered, last, lastAt}; `last` is the last
/// sample's duration and `lastAt` the offset of that number, 0 where it cannot be changed alone.
export function readFragment(buffer, tracks) {
  const view = new DataView(buffer);
  const fragment = {bytes: buffer.byteLength, producer: null, trafs: []};
  for (const box of boxes(view)) {
    if (box.type === 'prft') fragment.producer = readProducer(view, box, tracks);
    if (box.type !== 'moof') continue;
    for (const inner of boxes(view, box.body, box.end)) {
      const traf = inner.type === 'traf' ? readTraf(view, inner, tracks) : null;
      if (traf) fragment.trafs.push(traf);
    }
  }
  return fragment;
}

/// A source buffer that meets a frame more than two frame durations after the one before drops
/// everything up to the next keyframe (Media Source Extensions, "coded frame processing"): with a camera
/// that skips two frames in the dark the picture would freeze for a whole picture group.  A live
/// fragment's last duration is a prediction, so it is made long here; the next frame cuts it short.
/// Reordered pictures are left alone, for a long one would cover those that are shown after it.
export function stretchLastFrame(buffer, fragment, seconds) {
  for (const traf of fragment.trafs) {
    if (traf.track.kind !== 'video' || traf.reordered || traf.lastAt === 0) continue;
    const longer = Math.max(seconds, traf.last);
    new DataView(buffer).setUint32(traf.lastAt, Math.round(longer * traf.track.timescale));
  }
}
