/**
 * A loopback venue: a server on this machine that speaks a real venue's protocol, signatures
 * included, on invented markets. Opened by `gridd sim-venue` to practise on and by tests, whose
 * prices stand still unless they move them. It binds the loopback address only.
 */
import { assert } from '../../contract/assert.ts';
import { parseMoney } from '../../contract/decimal.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FillRule } from '../matching/order-book.ts';
import type { PartialFill } from '../matching/part-plan.ts';
import type { SimAccount, SimKeys } from './account.ts';
import { SimAdmin } from './admin.ts';
import type { FaceKind, FaceOptions } from './face.ts';
import { FaultBoard } from './faults.ts';
import type { ScriptLine } from './script.ts';
import { SimServer } from './server.ts';
import { openStore } from './store.ts';
import { Traffic } from './traffic.ts';
import { World } from './world.ts';

export { accountFacts } from './account-facts.ts';
export { readScript } from './script.ts';
export type { ScriptLine } from './script.ts';
export type { FaceKind } from './face.ts';
export { FAULT_DEFAULTS } from './faults.ts';
export type { Fault } from './faults.ts';
export type { TrafficFacts } from './traffic.ts';
export type { World } from './world.ts';

/** What a loopback venue is opened with; everything has a default but the face. */
export interface SimVenueOptions {
  readonly face: FaceKind;
  /** 0 (default): any free port. */
  readonly port?: number;
  readonly seed?: number;
  /** Speed of the prices; 0 (default): they stand still until they are moved. */
  readonly speed?: number;
  /** Names of the accounts (default: one, `main`). */
  readonly accounts?: readonly string[];
  /** Starting balance of a new account, quote currency (default 10000). */
  readonly balance?: string;
  /** Markets in all (default 300). */
  readonly symbols?: number;
  readonly clock?: Clock;
  /** When a price reaches a resting order (default: once it is beyond). */
  readonly fill?: FillRule;
  /** Whether resting orders execute in parts (default: whole). */
  readonly split?: PartialFill;
  /** File that keeps the venue over restarts. */
  readonly state?: string;
  readonly script?: readonly ScriptLine[];
  readonly crossing?: FaceOptions['crossing'];
  readonly requests_per_minute?: number;
}

/** An open loopback venue. */
export interface SimVenue {
  readonly url: string;
  readonly ws_url: string;
  /** Secrets by name of the account. */
  readonly accounts: readonly { readonly name: string; readonly keys: SimKeys }[];
  readonly world: World;
  readonly faults: FaultBoard;
  /** Does an admin command. */
  command(name: string, body?: Readonly<Record<string, unknown>>): unknown;
  account(name?: string): SimAccount;
  /** Resolves when every stream's client has received what was sent to it until now. */
  settled(): Promise<void>;
  /** Cuts every stream. */
  disconnect(): void;
  close(): Promise<void>;
}

/** Opens a loopback venue; rejects when the port is taken. */
export async function openSimVenue(options: SimVenueOptions): Promise<SimVenue> {
  const { face: kind, seed = 1, speed = 0, clock = systemClock } = options;
  const world = new World({
    specs: kind.specs(seed, options.symbols ?? 300),
    ...{ clock, seed, speed },
    fill: options.fill ?? 'through',
    split: options.split ?? 'none',
    store: options.state === undefined ? null : openStore(options.state),
  });
  addAccounts(world, kind, options);
  const face = kind.open(world, {
    crossing: options.crossing ?? 'expire',
    requests_per_minute: options.requests_per_minute ?? null,
  });
  const faults = new FaultBoard(seed);
  const traffic = new Traffic();
  const admin: SimAdmin = new SimAdmin({
    ...{ world, faults, traffic, clock },
    disconnect: () => server.disconnect(),
    settled: () => server.settled(),
  });
  const server = new SimServer({
    ...{ face, faults, troubles: world.troubles, admin, traffic, clock },
  });
  let port: number;
  try {
    port = await server.open(options.port ?? 0);
  } catch (error) {
    world.stop();
    throw error;
  }
  world.start();
  const endScript = admin.play(options.script ?? []);
  const named = [...world.records.accounts.values()];
  return {
    url: `http://127.0.0.1:${port}`,
    ws_url: `ws://127.0.0.1:${port}${kind.stream_path}`,
    accounts: named.map(({ name, facts }) => ({ name, keys: facts.keys })),
    ...{ world, faults },
    command: (name, body = {}) => admin.run(name, body),
    account(name) {
      const found = name === undefined ? named[0] : world.records.accounts.get(name);
      assert(found !== undefined, `${name} is an account`);
      return found;
    },
    settled: () => server.settled(),
    disconnect: () => server.disconnect(),
    async close() {
      endScript();
      await server.close();
      world.stop();
    },
  };
}

function addAccounts(world: World, kind: FaceKind, options: SimVenueOptions): void {
  const starting = parseMoney(options.balance ?? '10000');
  assert(starting !== null, `the balance "${options.balance}" is a decimal`);
  for (const name of options.accounts ?? ['main']) {
    if (world.records.accounts.has(name)) continue;
    world.addAccount({
      ...{ name, number: world.records.accounts.size + 1, keys: kind.makeKeys(), starting },
      ...{ maker_fee: null, taker_fee: null, leverage: null, leverages: {}, dead_men: {} },
      can_trade: true,
    });
  }
}
