/**
 * A fleet whose every text is hostile: configs, names of files, what a program prints as it dies,
 * what a venue refuses with, and a database that is none.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { FREE_KEYS, HOSTILE_SYMBOL, hostileText, plantedAt, textKeys } from './planted.ts';

/** Short enough for an id over HTTP, and for the name of a template. */
export const HOSTILE_ID = "<img src=x data-planted onerror=act('id')>{{id}}$&";
export const HOSTILE_TEMPLATE = "<img src=x data-planted onerror=act('template')>{{id}}$&";

const GRID = { grid_lower_price: 140, grid_upper_price: 160, grid_num: 10, order_quantity: 0.1 };
const BASE = { metadata: { symbol: 'SOL_USDC_PERP' }, strategy_config: GRID };
/** One that dies is shown as it is, and not started again. */
const ONCE = { max_restart_attempts: 0 };

/** The text that is planted at a key. */
export function plantedText(path: string): string {
  return path === 'metadata.symbol' ? HOSTILE_SYMBOL : hostileText(path);
}

export class HostileFleet {
  readonly home = new FleetHome("<img src=x data-planted onerror=act('home')>");
  consoleUrl = '';
  pageUrl = '';
  readonly #venue: Server = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: 'NO', message: hostileText('venue') }));
  });

  /**
   * Starts `aa_01`, a bot with every text that a config takes; `bb_02`, a program that ends at once;
   * and `cc_03`, which its venue refuses. `dd_04` holds what no config takes.
   */
  async start(): Promise<void> {
    const [console = 0, page = 0, second, third] = await freePorts(6);
    this.home.consoleAt(console);
    this.consoleUrl = `http://127.0.0.1:${console}`;
    this.pageUrl = `http://127.0.0.1:${page}`;
    for (const folder of ['templates', 'archived']) mkdirSync(this.home.path('config', folder));
    const free = planted({ ...BASE, daemon_config: { web_port: page } }, (path) =>
      FREE_KEYS.includes(path),
    );
    this.#write('active', 'aa_01', free);
    this.#write('active', 'bb_02', { ...BASE, daemon_config: this.#program(second) });
    this.#write('active', 'cc_03', await this.#refused(third));
    this.#write('active', 'dd_04', {
      ...planted(BASE, (path) => !FREE_KEYS.includes(path) && path !== 'metadata.instance_id'),
      [hostileText('part')]: 1,
    });
    this.#write('active', hostileText('file'), BASE);
    this.#write('templates', HOSTILE_TEMPLATE, free);
    this.#write('archived', 'ee_05.2026-01-01', free);
    this.#write('archived', `${hostileText('archive')}.2026-01-01`, free);
    mkdirSync(this.home.path('database'));
    writeFileSync(this.home.path('database', `${hostileText('database')}.db`), 'no database');
    await this.home.run(['start', 'aa_01', 'bb_02', 'cc_03']);
    // No verb can be given to an id like this; that it was tried is in the audit.
    await post(`${this.consoleUrl}/api/instances/pause`, { ids: [HOSTILE_ID] });
  }

  async dispose(): Promise<void> {
    this.#venue.close();
    await this.home.dispose();
  }

  #write(folder: string, name: string, config: object): void {
    const text = JSON.stringify(config, null, 2);
    writeFileSync(this.home.path('config', folder, `${name}.json`), text);
  }

  #program(web_port: number | undefined): object {
    const script_path = `scripts/${hostileText('program')}.sh`;
    mkdirSync(this.home.path('scripts'));
    const script = `cat <<'END' >&2\n${hostileText('stderr')}\nEND\nexit 3\n`;
    writeFileSync(this.home.path(script_path), script);
    const bot_args = [hostileText('argument')];
    return { ...ONCE, web_port, python_path: '/bin/sh', script_path, bot_args };
  }

  async #refused(web_port: number | undefined): Promise<object> {
    await new Promise<void>((resolve) => this.#venue.listen(0, '127.0.0.1', resolve));
    const place = `127.0.0.1:${(this.#venue.address() as AddressInfo).port}`;
    return {
      ...BASE,
      metadata: { ...BASE.metadata, exchange: 'backpack' },
      daemon_config: { ...ONCE, web_port },
      exchange_config: {
        ...{ base_url: `http://${place}`, ws_url: `ws://${place}` },
        paper: { price_source: 'live' },
      },
    };
  }
}

/** `config` with a hostile text at each key that is `chosen`. */
function planted(config: object, chosen: (path: string) => boolean): object {
  return textKeys()
    .filter(({ path }) => chosen(path))
    .reduce<object>((before, key) => plantedAt(before, key, plantedText(key.path)), config);
}

function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
