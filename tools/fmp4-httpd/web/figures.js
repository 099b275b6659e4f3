// Numbers as people read them.

export const size = (width, height) => (width && height ? `${width} × ${height}` : '–');

export function frameRate(perSecond) {
  if (perSecond === null) return '–';
  return `${perSecond.toFixed(perSecond < 9.95 ? 1 : 0)} fps`;
}

export function bitRate(perSecond) {
  if (perSecond === null) return '–';
  if (perSecond < 1e6) return `${Math.round(perSecond / 1e3)} kbit/s`;
  return `${(perSecond / 1e6).toFixed(1)} Mbit/s`;
}

export function latency(ms) {
  if (ms === null || !Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${Math.max(0, Math.round(ms / 10) * 10)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

export function duration(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
