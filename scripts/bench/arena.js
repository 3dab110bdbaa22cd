/**
 * A folder in which one supervisor runs the child program, and what can be seen of both from outside.
 * A peer of the bench is a class: static `title`, `version()` (null: not on the PATH) and an instance
 * for one arena with `start()` (also after a death), `list()`, `state(name)`, `stop(name)` and `end()`.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { commandLine, endAllIn, processesIn } from './processes.js';

/** Of one command; a supervisor that does not answer within it has failed its row. */
const COMMAND_LIMIT_MS = 60_000;

export class Arena {
  folder = mkdtempSync(join(tmpdir(), 'gridd-peers-'));
  child = join(this.folder, 'child.py');
  python = findPython();
  env = { PATH: process.env.PATH, HOME: this.folder };
  jobs;

  /** One job for each behaviour, named w01, w02, ... */
  static async of(behaviours) {
    const arena = new Arena();
    for (const kind of ['started', 'ready']) mkdirSync(join(arena.folder, kind));
    copyFileSync(join(import.meta.dirname, 'child.py'), arena.child);
    const ports = await freePorts(behaviours.length);
    arena.jobs = behaviours.map((behaviour, n) => {
      const name = `w${String(n + 1).padStart(2, '0')}`;
      return { name, behaviour, port: ports[n], words: [name, behaviour, String(ports[n])] };
    });
    return arena;
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** Runs a command to its end; its code and what it said. */
  run(program, args) {
    const result = spawnSync(program, args, {
      cwd: this.folder,
      env: this.env,
      encoding: 'utf8',
      timeout: COMMAND_LIMIT_MS,
    });
    if (result.error && result.error.code !== 'ETIMEDOUT') throw result.error;
    return { code: result.status, said: `${result.stdout}${result.stderr}` };
  }

  /** The same, while this process goes on looking. */
  launch(program, args) {
    return new Promise((resolve, reject) => {
      const started = spawn(program, args, { cwd: this.folder, env: this.env });
      let said = '';
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk) => (said += chunk.toString()));
      }
      started.on('error', reject);
      started.on('exit', (code) => resolve({ code, said }));
    });
  }

  /** Starts a program that stays; its pid. */
  daemon(program, args) {
    const options = { cwd: this.folder, env: this.env, stdio: 'ignore', detached: true };
    const started = spawn(program, args, options);
    started.unref();
    return started.pid;
  }

  /** Lines of started/NAME or ready/NAME. */
  count(kind, name) {
    try {
      return readFileSync(this.path(kind, name), 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  }

  /** All served jobs listen, for at least the `times`th time. */
  ready(times = 1) {
    const served = this.jobs.filter(({ behaviour }) => behaviour !== 'crash');
    return served.every(({ name }) => this.count('ready', name) >= times);
  }

  /** Pids of living children of the bench program: of one job, or of all. */
  pids(name) {
    return processesIn(this.child).filter((pid) => {
      const words = commandLine(pid) ?? [];
      const at = words.indexOf(this.child);
      return at >= 0 && (name === undefined || words[at + 1] === name);
    });
  }

  /** Every process here that is none of the children: the head, and helpers for one job each. */
  supervisors() {
    const children = new Set(this.pids());
    return processesIn(this.folder).filter((pid) => !children.has(pid));
  }

  async dispose() {
    await endAllIn(this.folder);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Where `program` lies on the PATH; null when it does not. */
export function findOnPath(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}

/** Version of a Debian package that was installed, or laid on the PATH by bench:peers. */
export function packageVersion(name) {
  const known = JSON.parse(process.env.GRIDD_BENCH_VERSIONS ?? '{}')[name];
  if (known !== undefined) return known;
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout : 'of unknown version';
}

/** The interpreter itself: a wrapper on the PATH would be timed with each start. */
function findPython() {
  const asked = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  });
  if (asked.status !== 0) throw new Error('the bench needs python3 on the PATH');
  return asked.stdout.trim();
}

async function freePorts(count) {
  const servers = [];
  for (let n = 0; n < count; n += 1) {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
