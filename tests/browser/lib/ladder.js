// A live ladder on disk of two renditions, of 180 and 360 lines, made of the test picture; published, served by fmp4-httpd
// --root, and judged by the validator as long as a test plays it.
const fs = require('node:fs');
const path = require('node:path');
const {until} = require('./until.js');

const target = 2;  // seconds: EXT-X-TARGETDURATION

class Ladder {
  constructor(programs) {
    this.programs = programs;
    this.folder = path.join(programs.folder, 'hls');
  }

  /// With `options` for fmp4-httpd.
  async start(...options) {
    await this.onDisk();
    Object.assign(this, await this.programs.server(['--root', this.folder, ...options]));
    return this;
  }

  /// The ladder, published, and nobody who serves it.
  async onDisk() {
    this.write();
    const there = (name) => until(name, () => fs.existsSync(path.join(this.folder, name)), 120);
    await there('cam/low/index.m3u8');
    this.programs.start('hls-abr-playlist', ['hls-abr-playlist', '--watch', 'hls']);
    await there('cam/live.m3u8');
  }

  write() {
    this.writer = this.programs.start('abr-hls', ['bash', '-c',
      `rtsp2fmp4 test:size=640x360,rate=25 | exec abr-hls -o hls/cam --preset ultrafast --segment ${target}s --part 500ms ` +
      '--rendition high=640x360@800k/64k --rendition low=320x180@200k/64k']);
  }

  /// abr-hls is killed and starts again.
  async kill() {
    await this.writer.stop('SIGKILL');
    this.write();
  }

  /// From here on the validator follows, as one more viewer.  Late is what nobody writes while the writer is gone.
  judge(seconds = 3600) {
    const program = path.resolve(__dirname, '../../hls-validator');
    this.judging = this.programs.start('hls-validator',
      ['/usr/bin/python3', program, `${this.url}/cam/live.m3u8`, '--follow', String(seconds), '--ignore', 'late']);
  }

  /// What it has found, line by line; nothing when all is right.
  async judgement() {
    const {code} = await this.judging.stop();
    const words = this.judging.words.trim().split('\n');
    console.log(words.at(-1));
    if (code !== 0 && code !== 1) throw new Error(`hls-validator: exit ${code}: ${this.judging.words}`);
    return words.slice(0, -1);
  }
}

module.exports = {Ladder, target};
