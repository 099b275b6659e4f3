// What this browser can play, and in words what it cannot.

const names = [
  [/^(hvc1|hev1)/, 'H.265 video'],
  [/^(avc1|avc3)/, 'H.264 video'],
  [/^av01/, 'AV1 video'],
  [/^vp09/, 'VP9 video'],
  [/^vp08/, 'VP8 video'],
  [/^mp4a\.(69|6b|40\.34)/i, 'MP3 sound'],
  [/^mp4a/, 'AAC sound'],
  [/^opus/i, 'Opus sound'],
  [/^flac/i, 'FLAC sound'],
  [/^(ac-3|ec-3)/, 'Dolby sound'],
];

/// "avc1.64001f" -> "H.264 video"
export function nameOf(codec) {
  return names.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
}

/// 'video/mp4; codecs="a,b"' -> ['a', 'b']
export function codecsOf(mime) {
  const list = /codecs="?([^"]*)"?/.exec(mime)?.[1] ?? '';
  return list.split(',').map((codec) => codec.trim()).filter(Boolean);
}

/// "H.264 · AAC": for a line of figures.
export function shortName(mime) {
  return codecsOf(mime).map((codec) => nameOf(codec).replace(/ (video|sound)$/, '')).join(' · ');
}

// FLAC and Opus are spelled in two ways, and browsers know one or the other.
function spellings(mime) {
  const all = [mime];
  if (/flac/i.test(mime)) all.push(mime.replace(/flac/gi, 'flac'), mime.replace(/flac/gi, 'fLaC'));
  if (/opus/i.test(mime)) all.push(mime.replace(/opus/gi, 'opus'), mime.replace(/opus/gi, 'Opus'));
  return all;
}

/// The class to make media sources with: null where the browser has none (iPhones before iOS 17.1).
export function mediaSourceClass() {
  return globalThis.MediaSource ?? globalThis.ManagedMediaSource ?? null;
}

/// How to play `mime`: {how: 'source', mime} by Media Source, {how: 'bare'} as an endless file, or
/// {how: 'not', missing: [names of the codecs]}.
export function choose(mime, video, Source = mediaSourceClass()) {
  const known = Source && spellings(mime).find((spelling) => Source.isTypeSupported(spelling));
  if (known) return {how: 'source', mime: known};
  if (spellings(mime).some((spelling) => video.canPlayType(spelling) !== '')) return {how: 'bare'};
  const missing = codecsOf(mime).filter((codec) => {
    const alone = spellings(`video/mp4; codecs="${codec}"`);
    return !alone.some((spelling) => Source ? Source.isTypeSupported(spelling) : video.canPlayType(spelling));
  });
  return {how: 'not', missing: missing.map(nameOf)};
}

/// A plain sentence for choose()'s {how: 'not'}.
export function sentence(missing) {
  const what = missing.length ? missing.join(' and ') : 'this kind of stream';
  const hint = missing.some((name) => name.endsWith('video'))
    ? 'Another browser or device may; or send the camera’s H.264 stream.'
    : 'Another browser or device may.';
  return `This browser cannot play ${what}. ${hint}`;
}
