// hls_ladder.spec.js PLAYER: a ladder from disk to the page, in low-latency mode: close behind the source without a stall, from
// one rendition to another by choice, and over kills of abr-hls; the validator beside it finds nothing.  In the long form also
// because the connection is slow.
const assert = require('node:assert');
const {story, full} = require('./lib/story.js');
const {until, sleep} = require('./lib/until.js');
const {Ladder, target} = require('./lib/ladder.js');
const {players, countStalls, look} = require('./lib/hls_players.js');

const name = process.argv[2] ?? 'hls';
const player = players[name];
const calmSeconds = full(10, 300);
// A machine that is short of time makes a player stall as it begins, and it then keeps further behind.
const mostBehind = full(4.5, 3);
const throttles = full(0, 3);
const kills = full(1, name === 'hls' ? 50 : 20);
const slow = 500;  // kbit/s: more than the smaller rendition, less than the larger one

const sorted = (values) => values.slice().sort((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];

async function plays(page, what, seconds = 60) {
  const before = await look(page);
  return until(what, async () => {
    const now = await look(page);
    return now.behind !== null && now.time > before.time + 2 && now;
  }, seconds);
}

/// A sample of how far behind it is, each second.
async function samples(page, seconds) {
  const behind = [];
  for (let i = 0; i < seconds; ++i) {
    await sleep(1000);
    behind.push((await look(page)).behind);
  }
  return behind;
}

const shows = (page, height, seconds) =>
  until(`${height} lines`, async () => (await look(page)).height === height, seconds);

async function calm(page) {
  await countStalls(page);
  const behind = await samples(page, calmSeconds);
  const {stalls, fatal} = await look(page);
  console.log(`${name}: behind the source: median ${median(behind).toFixed(2)} s, most ` +
    `${Math.max(...behind).toFixed(2)} s; stalls: ${stalls} in ${calmSeconds} s`);
  assert.ok(median(behind) <= mostBehind, 'too far behind');
  assert.equal(stalls, 0, 'stalled');
  assert.equal(fatal, 0, 'a fatal error');
}

async function chosen(page) {
  await countStalls(page);
  for (const height of [180, 360]) {
    await player.choose(page, height);
    await shows(page, height, 30);
  }
  assert.equal((await look(page)).stalls, 0, 'stalled as it changed the rendition');
  await player.automatic(page);
}

async function throttled(page) {
  if (throttles > 0) await shows(page, 360, 60);
  for (let i = 0; i < throttles; ++i) {
    await countStalls(page);
    await page.throttle(slow);
    await shows(page, 180, 60);
    const down = await look(page);
    await page.throttle(0);
    await shows(page, 360, 120);
    const up = await look(page);
    console.log(`${name}: ${slow} kbit/s: stalls on the way down: ${down.stalls} (${down.longest.toFixed(1)} s), ` +
      `up: ${up.stalls - down.stalls}`);
    assert.equal(up.fatal, 0, 'a fatal error');
  }
}

/// From the kill until pictures are shown that were made after it.
async function killed(page, ladder) {
  const took = [];
  const stood = [];
  for (let i = 0; i < kills; ++i) {
    await countStalls(page);
    await ladder.kill();
    const at = Date.now();
    await until(`pictures from after kill ${i + 1}`, async () => {
      const now = await look(page);
      return now.behind !== null && now.date > at && now.time > 0;
    }, 60);
    took.push((Date.now() - at) / 1000);
    await plays(page, `goes on after kill ${i + 1}`, 60);
    stood.push((await look(page)).longest);
  }
  const words = (values) => `median ${median(values).toFixed(2)} s, most ${Math.max(...values).toFixed(2)} s`;
  console.log(`${name}: ${kills} kills: stood still ${words(stood)}; pictures from after it: ${words(took)}`);
  const many = stood.filter((seconds) => seconds > 2 * target).length;
  console.log(`${name}: stood still for more than two targets: ${many} times`);
  assert.equal((await look(page)).fatal, 0, 'a fatal error');
}

story(async (stage) => {
  const ladder = await new Ladder(stage.programs).start(...player.options());
  const page = await player.open(stage, ladder.url);
  await plays(page, 'plays');
  ladder.judge();
  await calm(page);
  await throttled(page);
  // Behind the throttled line: once a viewer has chosen, shaka adapts among renditions of exactly that codec string only.
  await chosen(page);
  await killed(page, ladder);
  assert.deepEqual(await ladder.judgement(), []);
  // shaka asks for what there is not yet, and again for parts that it has let grow old; what the server says is judged above.
  const known = name === 'shaka' ? /status of 404/ : /^$/;
  assert.deepEqual(page.errors.filter((text) => !known.test(text)), []);
});
