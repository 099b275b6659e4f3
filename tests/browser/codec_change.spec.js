// codec_change.spec.js chromium|firefox: the source comes back in another size, without sound, with sound again:
// each a new epoch; the page goes on and shows the new size.
const assert = require('node:assert');
const {story} = require('./lib/story.js');
const {watch, look, goesOn} = require('./lib/picture.js');

const [browser] = process.argv.slice(2);
const changes = [
  ['size=640x360', [640, 360]],
  ['size=1280x720', [1280, 720]],
  ['size=640x360,acodec=none', [640, 360]],
  ['size=960x540,acodec=opus', [960, 540]],
  ['size=960x540,acodec=flac', [960, 540]],
];

story(async (stage) => {
  const fifo = stage.programs.fifo('live');
  const {url} = await stage.programs.server([`live=${fifo}`]);
  let source = null;
  let page = null;
  let first = null;
  for (const [settings, size] of changes) {
    await source?.stop();
    source = stage.programs.source(`test:rate=25,${settings}`, fifo);
    if (!page) {
      page = await stage.open(browser, `${url}/live/`);
      await watch(page);
      first = await look(page);
    }
    const seen = await goesOn(page, `goes on with ${settings}`);
    assert.deepEqual([seen.width, seen.height], size);
    assert.equal(seen.born, first.born, 'reloaded');
  }
  assert.deepEqual(page.errors, []);
});
