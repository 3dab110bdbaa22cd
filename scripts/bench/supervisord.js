/** supervisord in the bench: a daemon in Python whose children the programs are. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { findOnPath } from './arena.js';

export class Supervisord {
  static title = 'supervisord';
  #arena;
  #head = 0;

  static version() {
    if (findOnPath('supervisord') === null || findOnPath('supervisorctl') === null) return null;
    return spawnSync('supervisord', ['--version'], { encoding: 'utf8' }).stdout.trim();
  }

  constructor(arena) {
    this.#arena = arena;
    const socket = arena.path('supervisor.sock');
    const programs = arena.jobs.flatMap(({ name, words }) => [
      `[program:${name}]`,
      `command=${[arena.python, arena.child, ...words].join(' ')}`,
      `directory=${arena.folder}`,
    ]);
    const lines = [
      '[supervisord]',
      'nodaemon=true',
      `logfile=${arena.path('supervisord.log')}`,
      `pidfile=${arena.path('supervisord.pid')}`,
      `childlogdir=${arena.folder}`,
      '[unix_http_server]',
      `file=${socket}`,
      '[rpcinterface:supervisor]',
      'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
      '[supervisorctl]',
      `serverurl=unix://${socket}`,
      ...programs,
    ];
    writeFileSync(arena.path('supervisord.conf'), `${lines.join('\n')}\n`);
  }

  async start() {
    this.#head = this.#arena.daemon('supervisord', this.#config());
  }

  head() {
    return this.#head;
  }

  list() {
    return this.#arena.run('supervisorctl', [...this.#config(), 'status']);
  }

  async state(name) {
    const words = [...this.#config(), 'status', name];
    return (await this.#arena.launch('supervisorctl', words)).said.split(/\s+/)[1];
  }

  stop(name) {
    return this.#arena.launch('supervisorctl', [...this.#config(), 'stop', name]);
  }

  end() {
    this.#arena.run('supervisorctl', [...this.#config(), 'shutdown']);
  }

  #config() {
    return ['-c', this.#arena.path('supervisord.conf')];
  }
}
