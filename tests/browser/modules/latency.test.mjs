// How far behind the live edge hls.js is kept: a player in time, with the edge going on a second each second.
import assert from 'node:assert';
import test from 'node:test';
import {web} from './web.mjs';

const {limits, rateFor} = await web('latency.js');
const target = 1.5;
const goal = target + limits.reserve;

// Plays `seconds` from `behind`; {behind, rates: the different ones in their order}.
function play(behind, seconds = 60, {left = () => 1.5} = {}) {
  const rates = [1];
  for (let t = 0; t < seconds; t += 0.25) {
    const rate = rateFor({behind, target, left: left(behind), rate: rates.at(-1)});
    if (rate !== rates.at(-1)) rates.push(rate);
    behind += 0.25 * (1 - rate);
  }
  return {behind, rates};
}

test('a player at its goal is left alone', () => {
  for (const off of [-0.09, 0, 0.09]) assert.deepEqual(play(goal + off).rates, [1]);
});

test('what it was late by as it began is caught up, and then it rests', () => {
  const {behind, rates} = play(goal + 1.5);
  assert.deepEqual(rates, [1, limits.fast, 1]);
  assert.ok(Math.abs(behind - goal) < 0.02, `${behind}`);
});

test('a reserve that was lost grows again', () => {
  const {behind, rates} = play(goal - 1);
  assert.deepEqual(rates, [1, limits.slow, 1]);
  assert.ok(Math.abs(behind - goal) < 0.02, `${behind}`);
});

test('it is not made faster with nothing left to play', () => {
  assert.deepEqual(play(goal + 1, 60, {left: () => 0.8}).rates, [1]);
});

test('who has gone back stays there', () => {
  assert.deepEqual(play(goal + limits.away + 1).rates, [1]);
});
