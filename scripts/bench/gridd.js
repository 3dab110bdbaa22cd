/** gridd in the bench: the child is an external program of an instance. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../ensure.js';

const GRIDD = join(ROOT, 'bin', 'gridd.js');

export class Gridd {
  static title = 'gridd';
  #arena;

  static version() {
    return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
  }

  constructor(arena) {
    this.#arena = arena;
    arena.env.GRIDD_HOME = arena.folder;
    mkdirSync(arena.path('config', 'active'), { recursive: true });
    for (const { name, port, words } of arena.jobs) {
      const config = {
        metadata: { symbol: 'SOL_USDC_PERP' },
        daemon_config: {
          web_port: port,
          python_path: arena.python,
          script_path: arena.child,
          bot_args: words,
          restart_delay: 0,
          max_restart_attempts: 100,
          health_check_interval: 5,
        },
        strategy_config: {
          grid_lower_price: 140,
          grid_upper_price: 160,
          grid_num: 20,
          order_quantity: 0.5,
        },
      };
      writeFileSync(arena.path('config', 'active', `${name}.json`), JSON.stringify(config));
    }
  }

  start() {
    return this.#arena.launch(process.execPath, [GRIDD, 'start', '--all']);
  }

  head() {
    return JSON.parse(readFileSync(this.#arena.path('logs/supervisor/endpoint.json'), 'utf8')).pid;
  }

  list() {
    return this.#arena.run(process.execPath, [GRIDD, 'list']);
  }

  async state(name) {
    const { said } = await this.#arena.launch(process.execPath, [GRIDD, 'list', '--json']);
    return JSON.parse(said).find(({ id }) => id === name).state;
  }

  stop(name) {
    return this.#arena.launch(process.execPath, [GRIDD, 'stop', name]);
  }

  end() {
    this.#arena.run(process.execPath, [GRIDD, 'supervisor', 'stop', '--stop-bots']);
  }
}
