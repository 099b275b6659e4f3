// hls.js in our own page, and shaka-player in one of its makers' kind, behind the same few verbs.
const fs = require('node:fs');

/// Counts, from now on, the times that the picture stood still for want of media, and the longest of them.
const countStalls = (page) => page.evaluate(() => {
  const video = document.querySelector('video');
  window.stalls = {count: 0, longest: 0, time: video.currentTime, at: Date.now()};
  if (window.counting) return;
  window.counting = true;
  video.addEventListener('waiting', () => (window.stalls.count += 1));
  setInterval(() => {
    const now = Date.now();
    const {stalls} = window;
    if (video.currentTime === stalls.time) {
      stalls.longest = Math.max(stalls.longest, (now - stalls.at) / 1000);
    } else {
      stalls.time = video.currentTime;
      stalls.at = now;
    }
  }, 50);
});

/// {behind: seconds behind the source, time, height, stalls, longest, fatal}
const look = (page) => page.evaluate(() => {
  const video = document.querySelector('video');
  const date = window.hls ? window.hls.playingDate : window.shakaPlayer?.getPlayheadTimeAsDate();
  return {
    behind: date && video.readyState > 1 ? (Date.now() - date.getTime()) / 1000 : null,
    date: date?.getTime() ?? 0,
    time: video.currentTime,
    height: video.videoHeight,
    stalls: window.stalls?.count ?? 0,
    longest: window.stalls?.longest ?? 0,
    fatal: window.fatal ?? 0,
  };
});

const shakaPage = `<!doctype html><title>shaka</title><video muted autoplay playsinline></video>
<script src="shaka-player.js"></script><script>
(async () => {
  shaka.polyfill.installAll();
  const player = window.shakaPlayer = new shaka.Player();
  window.fatal = 0;
  player.addEventListener('error', ({detail}) => {
    // What it tries again by itself, as it does when the network fails in a live stream, it calls recoverable behind this event.
    setTimeout(() => (window.fatal += detail.severity === shaka.util.Error.Severity.CRITICAL ? 1 : 0));
    console.info('shaka', detail.code, detail.data?.[0]);
  });
  await player.attach(document.querySelector('video'));
  player.configure({streaming: {lowLatencyMode: true}});
  // A ladder of a moment ago may have a rendition without a segment.
  for (let loaded = false; !loaded;) {
    loaded = await player.load('../cam/live.m3u8').then(() => true, (error) => {
      console.info('shaka', error.code ?? error.stack);
      return new Promise((again) => setTimeout(again, 1000, false));
    });
  }
  window.fatal = 0;
})();
</script>`;

const players = {
  hls: {
    options: () => ['--hls-js', require.resolve('hls.js/dist/hls.min.js')],
    open: (stage, url) => stage.open('chromium', `${url}/cam/`),
    /// Plays the rendition of `height` lines, or what it finds best.
    choose: (page, height) => page.evaluate((wanted) => {
      window.hls.nextLevel = window.hls.levels.findIndex((level) => level.height === wanted);
    }, height),
    automatic: (page) => page.evaluate(() => (window.hls.nextLevel = -1)),
  },
  shaka: {
    options: () => [],
    async open(stage, url) {
      const page = await stage.open('chromium', 'about:blank');
      const script = fs.readFileSync(require.resolve('shaka-player/dist/shaka-player.compiled.js'));
      await page.page.route('**/shaka/', (route) => route.fulfill({contentType: 'text/html', body: shakaPage}));
      await page.page.route('**/shaka/shaka-player.js',
        (route) => route.fulfill({contentType: 'text/javascript', body: script}));
      await page.goto(`${url}/shaka/`);
      return page;
    },
    choose: (page, height) => page.evaluate((wanted) => {
      const {shakaPlayer: player} = window;
      player.configure({abr: {enabled: false}});
      player.selectVariantTrack(player.getVariantTracks().find((track) => track.height === wanted));
    }, height),
    automatic: (page) => page.evaluate(() => window.shakaPlayer.configure({abr: {enabled: true}})),
  },
};

module.exports = {players, countStalls, look};
