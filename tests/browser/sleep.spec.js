// The machine sleeps for a while (Chromium freezes the page): after it wakes the newest picture is shown at once.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');
const {sleep, until} = require('./lib/until.js');

story(async (stage) => {
  const {url} = await stage.programs.pipe('test:size=640x360,rate=25');
  const page = await stage.open('chromium', `${url}/live/`);
  await watch(page);
  const first = await goesOn(page, 'plays');
  await page.freeze(true);
  await sleep(8000);
  await page.freeze(false);
  await goesOn(page, 'goes on after it woke');
  await until('the delay to be small again', async () => (await look(page)).delays.at(-1) < 1500);
  assert.equal((await look(page)).born, first.born, 'reloaded');
  assert.deepEqual(page.errors, []);
});
