// Waiting for what will happen, with a deadline; never for time to pass.

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// Asks `condition` every 100 ms until it gives something true, and returns that.
async function until(what, condition, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < deadline) {
    last = await condition();
    if (last) return last;
    await sleep(100);
  }
  throw new Error(`waited ${seconds} s in vain for ${what}`);
}

module.exports = {sleep, until};
