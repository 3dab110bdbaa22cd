/**
 * One live instance that trades through ccxt: a home with real processes, and a loopback venue in a
 * process of its own, with which the books are compared row by row.
 */
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import type { VerbResult } from '../../src/contract/fleet-api.ts';
import type { StatusView, StopReceipt } from '../../src/contract/instance-api.ts';
import type { CredentialName } from '../../src/contract/venues.ts';
import type { TrafficFacts } from '../../src/exchange/sim/index.ts';
import { FleetHome, freePorts } from '../fixtures/fleet-home.ts';
import { VenueProcess } from '../fixtures/venue-process.ts';
import type { VenueAccountFacts } from '../fixtures/venue-process.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { differences, equityDifference, readRows } from './faults/live-soak-referee.ts';

/** What differs between exchanges. */
export interface CcxtGrid {
  /** As `gridd sim-venue` and ccxt call it. */
  readonly exchange: string;
  /** In the config, and at the venue. */
  readonly symbol: string;
  readonly venue_symbol: string;
  /** What the venue calls a key, by its name in the config. */
  readonly credentials: Readonly<Partial<Record<CredentialName, string>>>;
  readonly strategy: object;
}

export const ID = 'ccxt_01';
const ACCOUNT = 'main';
/** Of the account, quote currency. */
const EQUITY = '10000';
/** A venue that was away is asked again after a pause that has grown meanwhile. */
const AGREED_WITHIN_MS = 60_000;

export class CcxtLiveHome {
  readonly #on: CcxtGrid;
  readonly home = new FleetHome();
  readonly venue: VenueProcess;
  #port = 0;

  constructor(on: CcxtGrid) {
    this.#on = on;
    // Of several accounts it tells the names.
    const accounts = ['--account', ACCOUNT, '--account', 'other'];
    const words = [on.exchange, '--symbols', '5', '--speed', '0', '--balance', EQUITY];
    this.venue = new VenueProcess(this.home.folder, [...words, ...accounts]);
  }

  /** Opens the venue with SOL at 150, and writes config and keys. */
  async open(): Promise<void> {
    await this.venue.open();
    await this.move('150');
    [this.#port = 0] = await freePorts(1);
    const { exchange, symbol, strategy } = this.#on;
    const { url: base_url, ws_url } = this.venue.address;
    const lines = Object.entries(this.keys()).map(([name, key]) => `LIVE_${name}=${key}\n`);
    writeFileSync(this.home.path('.env'), lines.join(''));
    chmodSync(this.home.path('.env'), 0o600);
    const named = Object.keys(this.#on.credentials).map((name) => [name, `\${LIVE_${name}}`]);
    const config = {
      metadata: { exchange: `ccxt:${exchange}`, symbol },
      daemon_config: { web_port: this.#port, restart_delay: 0, log_level: 'trace' },
      exchange_config: { mode: 'live', ...Object.fromEntries(named), base_url, ws_url },
      strategy_config: { interval: 2, ...strategy },
    };
    writeFileSync(this.home.path('config', 'active', `${ID}.json`), JSON.stringify(config));
  }

  async close(): Promise<void> {
    await this.home.dispose();
    await this.venue.kill();
  }

  /** Credentials by their names in the config. */
  keys(): Readonly<Record<string, string>> {
    const [account] = this.venue.address.accounts;
    const entries = Object.entries(this.#on.credentials);
    return Object.fromEntries(entries.map(([name, theirs]) => [name, account?.keys[theirs] ?? '']));
  }

  move(price: string): Promise<unknown> {
    return this.venue.command('move', { symbol: this.#on.venue_symbol, price });
  }

  account(): Promise<VenueAccountFacts> {
    return this.venue.command('account', { name: ACCOUNT });
  }

  traffic(): Promise<TrafficFacts> {
    return this.venue.command('traffic');
  }

  /** What the bot says of itself; null: it does not answer. */
  async status(): Promise<StatusView | null> {
    const url = `http://127.0.0.1:${this.#port}/api/status`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
      return answer.ok ? ((await answer.json()) as StatusView) : null;
    } catch {
      return null;
    }
  }

  /**
   * Resolves with the bot's figures once it runs with so many orders, `holds`, and its books are
   * the venue's to the last digit: each trade, each resting order, position, fees and equity.
   */
  async agreed(
    what: string,
    orders: number,
    holds: (status: StatusView) => boolean = () => true,
  ): Promise<StatusView> {
    let apart: readonly string[] = ['the bot does not answer'];
    const look = async (): Promise<StatusView | null> => {
      const status = await this.status();
      if (status === null) return null;
      apart = [`${status.state}: ${status.open_orders} orders. ${status.degraded.join(' ')}`];
      if (status.state !== 'running' || status.open_orders !== orders) return null;
      apart = this.#differences(status, await this.account());
      if (apart.length > 0) return null;
      apart = ['all agree, but not yet what was waited for'];
      return holds(status) ? status : null;
    };
    try {
      return await waitFor(what, look, AGREED_WITHIN_MS);
    } catch (error) {
      throw new Error(`${what}:\n${apart.join('\n')}`, { cause: error });
    }
  }

  #differences(status: StatusView, account: VenueAccountFacts): string[] {
    const rows = readRows(this.home.path('database', `${ID}.db`));
    const books = { id: ID, account: ACCOUNT, symbol: this.#on.venue_symbol, ...rows, status };
    const lines = account.open_orders.map(({ side, price }) => `${side} at ${price}`);
    const twice = lines.filter((line, index) => lines.indexOf(line) !== index);
    return [
      ...twice.map((line) => `${line} rests twice`),
      ...differences(books, account, new Set()),
      ...equityDifference(EQUITY, [books], account),
    ];
  }

  /** Kills the bot; resolves with its process id. */
  killBot(): number {
    const { pid } = this.#record();
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Resolves when another process than that one runs. */
  async anotherThan(pid: number): Promise<void> {
    await waitFor('another process', () => {
      const now = this.#record();
      return now.state === 'running' && now.pid !== pid;
    }, AGREED_WITHIN_MS);
  }

  #record(): { readonly pid: number; readonly state: string } {
    const { pid, state } = this.home.registry().instances[ID] ?? {};
    if (pid === undefined || pid === null || state === undefined) return { pid: 0, state: '' };
    return { pid, state };
  }

  /** Stops it, with its orders cancelled and its position closed. */
  async stopFlat(): Promise<StopReceipt> {
    const words = ['stop', ID, '--orders', 'cancel', '--position', 'close', '--json'];
    const [result] = JSON.parse((await this.home.ok(words)).stdout) as VerbResult[];
    if (!result?.receipt) throw new Error(`no receipt: ${JSON.stringify(result)}`);
    return result.receipt;
  }

  /** Holds a receipt of everything since the start against the account, to the last digit. */
  balances(receipt: StopReceipt, account: VenueAccountFacts): void {
    const { open_orders, positions, fills, equity, cash } = account;
    const ledger = positions.find(({ symbol }) => symbol === this.#on.venue_symbol);
    const money = (text = '0') => parseMoney(text) ?? 0n;
    const total = money(ledger?.realised) - money(ledger?.fees);
    expect([open_orders, ledger?.size]).toEqual([[], '0']);
    expect(receipt).toMatchObject({ orders_left: 0, position: '0', total_pnl: formatMoney(total) });
    expect(receipt.period).toMatchObject({
      ...{ fills: fills.length, fees: ledger?.fees, funding: '0', difference: '0' },
      total: formatMoney(total),
    });
    const worth = formatMoney(money(EQUITY) + total);
    expect([equity, cash]).toEqual([worth, worth]);
  }

  /** Texts of all logs and books. */
  written(): string[] {
    return ['logs', 'database'].flatMap((folder) => {
      const found = readdirSync(this.home.path(folder), { recursive: true, withFileTypes: true });
      const files = found.filter((entry) => entry.isFile());
      return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
    });
  }
}
