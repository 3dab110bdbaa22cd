/**
 * Commands to a loopback venue by its owner: `POST /__sim/NAME` with a JSON body, or the same at
 * set times from a script. They move prices and time, arm faults, and tell the truth about every
 * account, which no protocol face ever does.
 */
import { assert } from '../../contract/assert.ts';
import { parseDecimal } from '../../contract/decimal.ts';
import { ticksOf } from '../../contract/market.ts';
import type { Clock } from '../../platform/clock.ts';
import { accountFacts } from './account-facts.ts';
import type { SimAnswer, SimRequest } from './face.ts';
import { FAULT_DEFAULTS, FAULT_KINDS, STREAM_FAULT_KINDS } from './faults.ts';
import type { Fault, FaultBoard, FaultName } from './faults.ts';
import type { CommandBody, ScriptLine } from './script.ts';
import type { Traffic, TrafficFacts } from './traffic.ts';
import { NO_TROUBLES } from './world.ts';
import type { World } from './world.ts';

const ROUTE = '/__sim/';
const FAULT_NAMES: readonly string[] = [...FAULT_KINDS, ...STREAM_FAULT_KINDS];

export interface AdminParts {
  readonly world: World;
  readonly faults: FaultBoard;
  readonly traffic: Traffic;
  readonly clock: Clock;
  /** Cuts every stream. */
  readonly disconnect: () => void;
  /** Resolves when the streams' clients have received what was sent. */
  readonly settled: () => Promise<void>;
}

/** A command that cannot be done as it was given. */
class BadCommand extends Error {}

export class SimAdmin {
  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  owns(path: string): boolean {
    return path.startsWith(ROUTE);
  }

  /** Answers 200 with what the command says, or 400 with why it cannot be done. */
  async handle(request: SimRequest): Promise<SimAnswer> {
    // A web page that somebody looks at on this machine is no owner.
    if (request.headers.origin !== undefined) {
      return { status: 403, body: { error: 'commands are not taken from web pages' } };
    }
    try {
      const body = request.body === '' ? {} : readBody(request.body);
      const found = this.run(request.path.slice(ROUTE.length), body);
      await this.#parts.settled();
      return { status: 200, body: found ?? {} };
    } catch (error) {
      if (!(error instanceof BadCommand)) throw error;
      return { status: 400, body: { error: error.message } };
    }
  }

  /** Begins a script that `readScript` let pass; returns what ends it. */
  play(script: readonly ScriptLine[]): () => void {
    const { clock } = this.#parts;
    const cancels = script.map(({ at_ms, every_ms, command, body }) => {
      const run = () => this.#runQuietly(command, body ?? {});
      const repeats: (() => void)[] = [];
      const first = clock.after(at_ms, () => {
        run();
        if (every_ms !== undefined) repeats.push(clock.every(every_ms, run));
      }, 'idle');
      return () => [first, ...repeats].forEach((cancel) => cancel());
    });
    return () => cancels.forEach((cancel) => cancel());
  }

  /** A line of a script that cannot be done is left out: the venue goes on. */
  #runQuietly(command: string, body: CommandBody): void {
    try {
      this.run(command, body);
    } catch (error) {
      if (!(error instanceof BadCommand)) throw error;
    }
  }

  /** Does a command; what it returns is its answer. */
  run(command: string, body: CommandBody): unknown {
    const { world, faults, disconnect } = this.#parts;
    switch (command) {
      case 'move':
        return this.#move(this.#symbol(body), text(body, 'price'));
      case 'run':
        return world.run(this.#symbol(body), number(body, 'speed'));
      case 'pass':
        return world.pass(number(body, 'ms'));
      case 'funding':
        return world.nextFunding(this.#symbol(body));
      case 'clock':
        return world.setOffset(number(body, 'offset_ms'));
      case 'fault':
        return faults.add(readFault(body));
      case 'clear':
        return this.#clear();
      case 'disconnect':
        return disconnect();
      case 'mute':
        world.troubles.mute = body['on'] !== false;
        return undefined;
      case 'maintenance':
        world.troubles.maintenance = body['on'] !== false;
        return undefined;
      case 'no-margin':
        world.troubles.no_margin = body['on'] !== false;
        return undefined;
      case 'offline':
        world.troubles.offline = body['on'] !== false;
        return world.troubles.offline ? disconnect() : undefined;
      case 'listing-lag':
        world.troubles.listing_lag_ms = number(body, 'ms');
        return undefined;
      case 'stale-listing':
        world.troubles.stale_listing_ms = number(body, 'ms');
        return undefined;
      case 'slow-cancel':
        world.troubles.slow_cancel_ms = number(body, 'ms');
        return undefined;
      case 'partial':
        return this.#partial(body);
      case 'market':
        return this.#market(body);
      case 'account':
        return this.#account(body);
      case 'accounts':
        return [...world.records.accounts.values()].map((each) => accountFacts(world, each));
      case 'traffic':
        return this.#traffic(body['reset'] === true);
      default:
        throw new BadCommand(`no command ${command}`);
    }
  }

  #move(symbol: string, price: string): void {
    const { world } = this.#parts;
    const ticks = ticksOf(world.records.market(symbol).market, price);
    if (ticks === null || ticks <= 0) throw new BadCommand(`${price} is no price of ${symbol}`);
    world.moveTo(symbol, price);
  }

  /** Everything that is wrong is right again. */
  #clear(): void {
    const { world, faults } = this.#parts;
    faults.clear();
    world.desk.cuts.length = 0;
    Object.assign(world.troubles, NO_TROUBLES);
  }

  /** The next executions of resting orders take a part of what is left. */
  #partial(body: CommandBody): void {
    const part = parseDecimal(text(body, 'part'));
    const thousandths = part === null ? 0 : Number(part.digits * 1000n) / 10 ** part.scale;
    if (thousandths <= 0 || thousandths > 1000) throw new BadCommand('part is in (0, 1]');
    const symbol = body['symbol'] === undefined ? null : this.#symbol(body);
    const times = body['times'] === undefined ? 1 : number(body, 'times');
    this.#parts.world.desk.cuts.push({ symbol, thousandths: Math.floor(thousandths), times });
  }

  /** Sets what is set by hand on a market. */
  #market(body: CommandBody): void {
    const { world } = this.#parts;
    const sim = world.records.market(this.#symbol(body));
    world.act(() => {
      if (body['funding_rate'] !== undefined) sim.fundingRateText = text(body, 'funding_rate');
      if (body['max_orders'] !== undefined) sim.max_orders = number(body, 'max_orders');
      if (body['open'] !== undefined) sim.open = body['open'] === true;
      if (body['premium_ticks'] !== undefined) {
        world.setPremium(sim.symbol, number(body, 'premium_ticks'));
      }
      world.records.touchMarket(sim.symbol);
    });
  }

  /** Facts of an account; with values it sets them first. */
  #account(body: CommandBody): unknown {
    const { world } = this.#parts;
    const name = text(body, 'name');
    const account = world.records.accounts.get(name);
    if (account === undefined) throw new BadCommand(`no account ${name}`);
    world.act(() => {
      const { maker_fee, taker_fee, leverage, can_trade } = body;
      const fee = (value: unknown) => parseDecimal(String(value));
      if (maker_fee !== undefined) world.setFacts(account, { maker_fee: fee(maker_fee) });
      if (taker_fee !== undefined) world.setFacts(account, { taker_fee: fee(taker_fee) });
      if (leverage !== undefined) world.setFacts(account, { leverage: number(body, 'leverage') });
      if (can_trade !== undefined) world.setFacts(account, { can_trade: can_trade === true });
    });
    return accountFacts(world, account);
  }

  /** What was counted, and with `reset` from nothing afterwards. */
  #traffic(reset: boolean): TrafficFacts {
    const { traffic } = this.#parts;
    const facts = traffic.facts();
    if (reset) traffic.reset();
    return facts;
  }

  #symbol(body: CommandBody): string {
    const symbol = text(body, 'symbol');
    if (!this.#parts.world.records.markets.has(symbol)) {
      throw new BadCommand(`no market ${symbol}`);
    }
    return symbol;
  }
}

/** A fault from plain values, the rest as usual. */
function readFault(body: CommandBody): Fault {
  const kind = text(body, 'kind');
  if (!isFaultName(kind)) throw new BadCommand(`kind is one of ${FAULT_NAMES.join(', ')}`);
  const given = <T>(name: keyof typeof FAULT_DEFAULTS, read: () => T, usual: T): T =>
    body[name] === undefined ? usual : read();
  const count = (name: keyof typeof FAULT_DEFAULTS, usual: number) =>
    given(name, () => number(body, name), usual);
  const usual = FAULT_DEFAULTS;
  return {
    kind,
    method: given('method', () => text(body, 'method'), usual.method),
    path: given('path', () => text(body, 'path'), usual.path),
    times: body['times'] === null ? null : count('times', 1),
    skip: count('skip', usual.skip),
    share: count('share', usual.share),
    ms: count('ms', usual.ms),
    status: count('status', usual.status),
    retry_after_s: count('retry_after_s', usual.retry_after_s),
  };
}

function isFaultName(kind: string): kind is FaultName {
  return FAULT_NAMES.includes(kind);
}

function readBody(body: string): CommandBody {
  try {
    const value: unknown = JSON.parse(body);
    assert(typeof value === 'object' && value !== null, 'an object');
    return value as CommandBody;
  } catch {
    throw new BadCommand('the body is a JSON object');
  }
}

function text(body: CommandBody, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new BadCommand(`${name} is a text`);
}

function number(body: CommandBody, name: string): number {
  const value = body[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new BadCommand(`${name} is a number`);
}
