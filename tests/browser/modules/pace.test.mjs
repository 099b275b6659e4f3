// How far behind: cases of a network and what the player does in them.
import assert from 'node:assert';
import test from 'node:test';
import {web} from './web.mjs';

const {Pace, limits} = await web('pace.js');

// A player whose data come every `every` seconds: plays `count` arrivals, returns what was left at the end, how
// often it sought, and the rates it used.
function run(pace, left, {every = 0.04, count = 1000, from = 100, jitter = () => 0} = {}) {
  const seen = {left, skips: [], rates: new Set(), lowest: Infinity};
  let rate = 1;
  for (let i = 0; i < count; ++i) {
    const pause = every + jitter(i);
    seen.left -= pause * rate;
    seen.lowest = Math.min(seen.lowest, seen.left);
    const told = pace.arrived(from + i * every, seen.left);
    rate = told.rate;
    seen.rates.add(rate);
    if (told.skip > 0) seen.skips.push(told.skip);
    seen.left += every - told.skip;
  }
  return seen;
}

test('a player at its goal is left alone', () => {
  const {rates, skips} = run(new Pace(), limits.goal + 0.04);
  assert.deepEqual([...rates], [1]);
  assert.deepEqual(skips, []);
});

test('a second too much is caught up by rate, never above 1.1, and then it rests', () => {
  const {left, rates, skips} = run(new Pace(), 1);
  assert.deepEqual(skips, []);
  assert.equal(Math.max(...rates), 1.1);
  assert.ok(left < limits.goal + 0.04 + limits.slack + 0.01, `${left} left`);
});

test('beyond two seconds there is one seek, to the goal', () => {
  const {left, skips} = run(new Pace(), 5);
  assert.equal(skips.length, 1);
  assert.ok(Math.abs(left - limits.goal - 0.04) < limits.slack, `${left} left`);
});

test('Safari never changes its rate: it seeks', () => {
  const {rates, skips} = run(new Pace(false), 1.5);
  assert.deepEqual([...rates], [1]);
  assert.equal(skips.length, 1);
});

test('fragments of whole picture groups are no reason to seek', () => {
  const {skips, rates} = run(new Pace(), 2 + limits.goal, {every: 2, count: 100});
  assert.deepEqual(skips, []);
  assert.deepEqual([...rates], [1]);
});

test('after a jump one early seek makes good for the time that the jump took', () => {
  const pace = new Pace();
  pace.jumped(100);
  const {skips} = run(pace, 0.8, {from: 100});
  assert.equal(skips.length, 1);
});

test('too little left slows down rather than to run dry', () => {
  const {rates, lowest} = run(new Pace(), 0.06);
  assert.ok(rates.has(limits.slowest));
  assert.ok(lowest > 0);
});

test('what follows a stall at once is the same stall', () => {
  const pace = new Pace();
  for (let i = 0; i < 10; ++i) pace.stalled(100 + i / 10);
  assert.equal(pace.goal, limits.goal * limits.goalGrowth);
});

test('each stall raises the goal up to its limit, calm lowers it again', () => {
  const pace = new Pace();
  for (let i = 0; i < 20; ++i) pace.stalled(100 + i * limits.stallPause);
  assert.equal(pace.goal, limits.goalMost);
  run(pace, limits.goalMost + 0.04, {from: 150, count: 40 * 60 * 25});
  assert.equal(pace.goal, limits.goal);
});
