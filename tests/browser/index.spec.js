// The page with all streams: names, states that change while one looks, and links that lead to pictures.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, goesOn} = require('./lib/picture.js');
const {until} = require('./lib/until.js');

story(async (stage) => {
  const {programs} = stage;
  const door = programs.fifo('door');
  const yard = programs.fifo('yard');
  const {url} = await programs.server([`door=${door}`, `yard=${yard}`]);
  const page = await stage.open('chromium', `${url}/`);
  const rows = () => page.evaluate(() => [...document.querySelectorAll('#streams li')].map((row) =>
    `${row.querySelector('.name').textContent} ${row.querySelector('.chip').textContent}`).sort().join());
  await until('two streams that wait', async () => (await rows()) === 'door waiting,yard waiting');
  programs.source('test:size=640x360,rate=25', door);
  await until('one to be live', async () => (await rows()) === 'door live,yard waiting');
  await page.evaluate(() => [...document.querySelectorAll('a.stream')].find((a) => /door/.test(a.textContent)).click());
  const arrived = () => page.evaluate(() => location.pathname === '/door/' && !!document.querySelector('video'));
  await until('its page', () => arrived().catch(() => false));  // asked while it navigates, it throws
  await watch(page);
  await goesOn(page, 'plays');
  assert.deepEqual(page.errors, []);
});
