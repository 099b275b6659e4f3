// Programs under test: each in a process group of its own, ended by that group's id, their words kept.
const {spawn, execFileSync} = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {until} = require('./until.js');

class Program {
  constructor(name, child) {
    this.name = name;
    this.child = child;
    this.words = '';
    this.frozen = false;
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({code, signal})));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (this.words = (this.words + text).slice(-20000)));
    }
  }

  /// To the whole group, if it is still there.
  signal(signal) {
    if (!this.running) return;
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') this.frozen = signal === 'SIGSTOP';
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(signal = 'SIGTERM') {
    if (this.frozen) this.signal('SIGCONT');
    this.signal(signal);
    const killer = setTimeout(() => this.signal('SIGKILL'), 15000);
    const ending = await this.ended;
    clearTimeout(killer);
    return ending;
  }
}

class Programs {
  constructor() {
    this.bin = process.env.BIN ?? path.resolve(__dirname, '../../../build/release/bin');
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'live-browser.'));
    this.all = [];
  }

  /// `command` is a program and its arguments; our own programs are looked for in BIN.
  start(name, command, options = {}) {
    const [program, ...args] = command;
    const own = path.join(this.bin, program);
    const child = spawn(fs.existsSync(own) ? own : program, args, {
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {...process.env, PATH: `${this.bin}:${process.env.PATH}`},
      ...options,
    });
    const started = new Program(name, child);
    this.all.push(started);
    return started;
  }

  /// A FIFO in the scratch folder.
  fifo(name) {
    const made = path.join(this.folder, name);
    execFileSync('mkfifo', [made]);
    return made;
  }

  /// rtsp2fmp4 INPUT, writing to a FIFO.  Opened by a shell: it waits there until the server reads.
  source(input, fifo, ...options) {
    const script = 'out=$1; shift; exec rtsp2fmp4 "$@" >"$out"';
    return this.start(`rtsp2fmp4 ${input}`, ['bash', '-c', script, 'source', fifo, ...options, input]);
  }

  /// fmp4-httpd with `args`; resolves when it listens.  {program, url, port}
  async server(args, port = 0) {
    const program = this.start('fmp4-httpd', ['fmp4-httpd', '--listen', `127.0.0.1:${port}`, ...args]);
    return {program, ...await listening(program)};
  }

  /// The main job, as a person types it: rtsp2fmp4 INPUT | fmp4-httpd
  async pipe(input, options = '') {
    const script = `rtsp2fmp4 ${options} "$1" | fmp4-httpd --listen 127.0.0.1:0`;
    const program = this.start('pipe', ['bash', '-c', script, 'pipe', input]);
    return {program, ...await listening(program)};
  }

  async end() {
    await Promise.all(this.all.map((program) => program.stop()));
    await until('the scratch folder to go', () => this.remove(), 30);
  }

  /// False while the end of a pipe still writes there: its first process is the one that was waited for.
  remove() {
    try {
      fs.rmSync(this.folder, {recursive: true, force: true});
      return true;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY') throw error;
      return false;
    }
  }

  /// What they said, for the report of a failure.
  words() {
    return this.all.map(({name, words}) => `--- ${name}\n${words}`).join('\n');
  }
}

async function listening(program) {
  const [, port] = await until(`${program.name} to listen`, () => {
    if (!program.running) throw new Error(`${program.name} ended: ${program.words}`);
    return /http:\/\/127\.0\.0\.1:(\d+)/.exec(program.words);
  });
  return {port: Number(port), url: `http://127.0.0.1:${port}`};
}

module.exports = {Programs};
