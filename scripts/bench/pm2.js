/** PM2 in the bench: a daemon in Node whose children the programs are. */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from './arena.js';

export class Pm2 {
  static title = 'PM2';
  #arena;

  static version() {
    const found = findOnPath('pm2');
    if (found === null) return null;
    // `pm2 --version` would start a daemon.
    const file = join(realpathSync(found), '..', '..', 'package.json');
    return JSON.parse(readFileSync(file, 'utf8')).version;
  }

  constructor(arena) {
    this.#arena = arena;
    arena.env.PM2_HOME = arena.path('pm2');
    const apps = arena.jobs.map(({ name, words: args }) => {
      return { name, script: arena.child, interpreter: arena.python, args, cwd: arena.folder };
    });
    writeFileSync(arena.path('apps.json'), JSON.stringify({ apps }));
  }

  start() {
    return this.#arena.launch('pm2', ['start', this.#arena.path('apps.json')]);
  }

  head() {
    return Number(readFileSync(this.#arena.path('pm2', 'pm2.pid'), 'utf8'));
  }

  list() {
    return this.#arena.run('pm2', ['list']);
  }

  async state(name) {
    const { said } = await this.#arena.launch('pm2', ['jlist']);
    const rows = JSON.parse(said.slice(said.indexOf('[{')));
    return rows.find((row) => row.name === name).pm2_env.status;
  }

  stop(name) {
    return this.#arena.launch('pm2', ['stop', name]);
  }

  end() {
    this.#arena.run('pm2', ['kill']);
  }
}
