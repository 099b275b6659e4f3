// The page with all streams: what /stats.json says, every two seconds while someone looks.
import {bitRate, size} from './figures.js';
import {shortName} from './codec.js';
import {streams} from './streams.js';

const refreshMs = 2000;
const find = (id) => document.getElementById(id);

const words = {live: 'live', waiting: 'waiting', ended: 'ended', failed: 'failed'};

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function facts(stream) {
  if (stream.hls) return 'HLS';
  const viewers = stream.viewers ?? 0;
  return [
    stream.width ? size(stream.width, stream.height) : '',
    shortName(stream.mime ?? ''),
    stream.bit_rate > 0 ? bitRate(stream.bit_rate) : '',
    viewers === 1 ? '1 viewer' : `${viewers} viewers`,
  ].filter(Boolean).join(' · ');
}

function row(stream) {
  const item = document.createElement('li');
  item.dataset.state = stream.state;
  const link = element('a', 'stream', '');
  link.href = `${encodeURIComponent(stream.name)}/`;
  link.append(
    element('span', 'name', stream.name),
    element('span', 'chip', words[stream.state] ?? stream.state),
    element('span', 'facts', stream.reason ? `${stream.reason}` : facts(stream)),
  );
  const bare = element('a', 'bare', stream.hls ? '.m3u8' : '.mp4');
  bare.href = encodeURIComponent(stream.name) + (stream.hls ? '/live.m3u8' : '.mp4');
  bare.title = 'The bare stream, for VLC and other players';
  item.append(link, bare);
  return item;
}

// A row is replaced only when it changed, so that focus and selection stay where they are.
function show(all) {
  const list = find('streams');
  const rows = all.map(row);
  rows.forEach((made, i) => {
    const old = list.children[i];
    if (!old) list.append(made);
    else if (!old.isEqualNode(made)) update(old, made);
  });
  while (list.children.length > rows.length) list.lastElementChild.remove();
}

function update(old, made) {
  const focused = old.contains(document.activeElement) && document.activeElement.className;
  old.replaceWith(made);
  if (focused) made.querySelector(`.${focused}`)?.focus();
}

async function refresh() {
  if (document.visibilityState === 'hidden') return;
  try {
    const all = await streams('stats.json');
    show(all);
    find('message').textContent = all.length ? '' : 'No streams yet.';
  } catch {
    find('message').textContent = 'The server does not answer. Trying again…';
  }
}

async function run() {
  for (;;) {
    await refresh();
    await new Promise((resolve) => setTimeout(resolve, refreshMs));
  }
}

document.addEventListener('visibilitychange', refresh);
run();
