/**
 * One process of the bot in the simulated world: the real session, runner and service on the real
 * books, put together as the bot does it, but with the world's clock, disk and venue. It may die at
 * any moment; the next one finds what it left.
 */
import { eachSecond } from '../../src/bot/each-second.ts';
import { GridService } from '../../src/bot/grid-service.ts';
import { designGrid } from '../../src/bot/plan.ts';
import { Session } from '../../src/bot/session.ts';
import type { StopReceipt } from '../../src/contract/instance-api.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { makeMarket, nearestTicks } from '../../src/contract/market.ts';
import type { OnStop } from '../../src/contract/trading.ts';
import { decodeState, initialState } from '../../src/engine/index.ts';
import type { DesignInput } from '../../src/engine/index.ts';
import type { Venue } from '../../src/exchange/port.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Logger } from '../../src/platform/logger.ts';
import type { Books } from '../../src/store/index.ts';
import type { Life } from './clock.ts';

/** Why a process is started; for a panic nothing begins. */
export type Cause = 'start' | 'restart' | 'panic';

/** Our mark in this world. */
export const TAG = '51a0b0d1';

export interface ProcessParts {
  readonly life: Life;
  readonly clock: Clock;
  readonly books: Books;
  readonly venue: Venue;
  readonly log: Logger;
  readonly values: DesignInput;
  readonly duration?: number | undefined;
  readonly interval: number;
  /** A bug, or a start that was not possible: the process ends by itself. */
  readonly failed: (error: unknown, when: 'opening' | 'running') => void;
  /** It trades, or waits for a panic behind its fence. */
  readonly ready: () => void;
}

export class BotProcess {
  readonly life: Life;
  readonly #parts: ProcessParts;
  #opened: { session: Session; service: GridService } | null = null;
  #ready = false;
  #closing = false;

  constructor(parts: ProcessParts) {
    this.life = parts.life;
    this.#parts = parts;
  }

  /** Recovered and trading. */
  get ready(): boolean {
    return this.#ready && this.life.alive;
  }

  get session(): Session | null {
    return this.life.alive ? (this.#opened?.session ?? null) : null;
  }

  get service(): GridService | null {
    return this.ready ? (this.#opened?.service ?? null) : null;
  }

  /**
   * Opens, recovers, begins and trades, for a panic only behind the fence; what goes wrong is told
   * to `failed`.
   */
  start(cause: Cause): void {
    this.#open(cause).catch((error: unknown) => this.#parts.failed(error, 'opening'));
  }

  async stop(onStop: OnStop): Promise<StopReceipt | null> {
    const { session } = this;
    return session === null ? null : session.stop(onStop);
  }

  /** Also while it still recovers, as the bot's main program does. */
  async panic(): Promise<StopReceipt | null> {
    const { session } = this;
    return session === null ? null : session.panic();
  }

  /** Ends as told, orders as they are. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.session?.close();
    this.life.end('told to end');
  }

  async #open(cause: Cause): Promise<void> {
    const { books, venue, clock, log, values, duration, interval, failed } = this.#parts;
    const market = makeMarket(await venue.market());
    const price = (await venue.price()).last;
    const stored = books.engineState();
    const fresh = () => initialState(designGrid(market, values, price, 'GRID_REFUSED').plan);
    const session = new Session({
      ...{ market, venue, books, clock, log, tag: TAG },
      state: stored === null ? fresh() : decodeState(stored),
      ticks: nearestTicks(market, price) ?? 0,
      strategy: () => (duration === undefined ? { interval } : { interval, duration }),
      bootId: 'one boot',
      onBreach: 'crash',
      onBug: (error) => failed(error, 'running'),
    });
    const { runner } = session;
    const config = () => configOf(values, interval);
    const service = new GridService({
      ...{ id: 'sim', config, market, venue: runner.venue, books, runner, clock, log },
      acceptPosition: (dry) => session.acceptPosition(dry),
      clockOffset: () => session.venueClock.offset,
      warnings: () => [],
      startedAtMs: clock.now(),
    });
    this.#opened = { session, service };
    if (cause === 'panic') await session.recoverFenced();
    else {
      await session.recover();
      if (this.#closing) return;
      await session.begin(cause);
    }
    if (this.#closing) return;
    await session.connect();
    this.#goOnEachSecond(session, service);
    this.#ready = true;
    this.#parts.ready();
  }

  #goOnEachSecond(session: Session, service: GridService): void {
    const { books, clock } = this.#parts;
    const { runner } = session;
    eachSecond({
      ...{ clock, runner, over: () => this.#closing },
      task: async () => {
        await session.tick();
        await service.refreshWithin();
        runner.keep(() => books.saveStatus(service.status()));
      },
      // The runner has told of it; the next second tries again.
      failed: () => undefined,
    });
  }
}

/** The parts of a config that the service reads. */
function configOf(values: DesignInput, interval: number): InstanceConfig {
  const strategy_config = { ...values, interval } as InstanceConfig['strategy_config'];
  return {
    metadata: {
      exchange: 'sim',
      symbol: 'SIM_PERP',
      market_type: 'perp',
      strategy: 'perp_grid',
    },
    daemon_config: {} as InstanceConfig['daemon_config'],
    exchange_config: { mode: 'live' } as InstanceConfig['exchange_config'],
    strategy_config,
  };
}
