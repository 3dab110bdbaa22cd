/** runit in the bench: runsvdir with one runsv for each program. */
import { findOnPath, packageVersion } from './arena.js';
import { writeServices } from './scan-folder.js';

export class Runit {
  static title = 'runit';
  #arena;
  #services;
  #head = 0;

  static version() {
    return findOnPath('runsvdir') === null ? null : packageVersion('runit');
  }

  constructor(arena) {
    this.#arena = arena;
    this.#services = writeServices(arena);
  }

  async start() {
    this.#head = this.#arena.daemon('runsvdir', [this.#services]);
  }

  head() {
    return this.#head;
  }

  list() {
    const folders = this.#arena.jobs.map(({ name }) => `${this.#services}/${name}`);
    return this.#arena.run('sv', ['status', ...folders]);
  }

  async state(name) {
    const { said } = await this.#arena.launch('sv', ['status', `${this.#services}/${name}`]);
    return said.split(':')[0];
  }

  stop(name) {
    return this.#arena.launch('sv', ['stop', `${this.#services}/${name}`]);
  }

  end() {
    const folders = this.#arena.jobs.map(({ name }) => `${this.#services}/${name}`);
    this.#arena.run('sv', ['force-shutdown', ...folders]);
  }
}
