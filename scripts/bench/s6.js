/** s6 in the bench: s6-svscan with one s6-supervise for each program. */
import { findOnPath, packageVersion } from './arena.js';
import { writeServices } from './scan-folder.js';

/** As long as supervisord's and near gridd's own grace; without it s6-svc waits for ever. */
const WAIT_MS = 10_000;

export class S6 {
  static title = 's6';
  #arena;
  #services;
  #head = 0;

  static version() {
    return findOnPath('s6-svscan') === null ? null : packageVersion('s6');
  }

  constructor(arena) {
    this.#arena = arena;
    this.#services = writeServices(arena);
  }

  async start() {
    this.#head = this.#arena.daemon('s6-svscan', [this.#services]);
  }

  head() {
    return this.#head;
  }

  /** s6 tells of one service at a time. */
  list() {
    const script = 'for each in "$0"/*; do s6-svstat "$each"; done';
    return this.#arena.run('sh', ['-c', script, this.#services]);
  }

  async state(name) {
    const { said } = await this.#arena.launch('s6-svstat', [`${this.#services}/${name}`]);
    return said.split(' ')[0];
  }

  stop(name) {
    const words = ['-wD', '-T', String(WAIT_MS), '-d', `${this.#services}/${name}`];
    return this.#arena.launch('s6-svc', words);
  }

  end() {
    this.#arena.run('s6-svscanctl', ['-t', this.#services]);
  }
}
