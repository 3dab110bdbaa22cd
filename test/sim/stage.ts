/**
 * The stage of a world: the venue with its truth, the way to it, and time. The world plays on it
 * and the referees look at it; whether the venue lives in memory or behind a real connection is the
 * stage's own affair.
 */
import { makeMarket } from '../../src/contract/market.ts';
import type { OrderRequest, Venue } from '../../src/exchange/port.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { EPOCH_MS, Schedule } from './clock.ts';
import type { Life } from './clock.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeOrder } from './exchange.ts';
import type { FaultPlan } from './faults.ts';
import { Dice, hash } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { TrueOrder, VenueTruth } from './truth.ts';
import { SimVenue } from './venue.ts';
import type { Network, RequestWatcher } from './venue.ts';

/** The process that a client is opened for. */
export interface ClientParts {
  readonly life: Life;
  readonly clock: Clock;
  readonly watcher: RequestWatcher;
  /** Counts the processes of this world. */
  readonly count: number;
}

export interface Stage {
  readonly schedule: Schedule;
  readonly truth: VenueTruth;
  /** What client ids look like here. */
  readonly ids: 'text' | 'uint32';
  /** A stream without a sign of life for so long is silent. */
  readonly silence_ms: number;
  /** Since when the streams say nothing, ms of the world; null: they speak. */
  readonly mutedSince: number | null;
  /** Names of what went wrong at the venue and on the way, beyond what the fault plan tells. */
  readonly happened: readonly string[];
  /** The port as one process has it, which is told of nothing once that is dead. */
  open(client: ClientParts): Venue;
  /** Moves the price in a straight line, filling what it passes. */
  moveTo(ticks: number): void;
  /** An order of somebody else of this account; null: the venue refused it. */
  placeForeign(request: OrderRequest): TrueOrder | null;
  /** The venue takes an order out by itself. */
  end(order: TrueOrder): void;
  /** A funding stamp: longs pay when `rate` is above zero. */
  fund(rate: string): void;
  maintenance(on: boolean): void;
  /** Orders that would increase the position are refused. */
  noMargin(on: boolean): void;
  /** Most orders that may rest; null: as the market has it. */
  maxOrders(most: number | null): void;
  /** Streams say nothing for so long, and stay open. */
  mute(ms: number): void;
  /** Nothing reaches the venue. */
  disconnect(): void;
  reconnect(): void;
  /** The connection stands and the venue does as it should. */
  heal(): void;
  /** Whether single things may go wrong from now on. */
  strike(on: boolean): void;
  close(): Promise<void>;
}

/** Opens the stage of a scenario; what it does wrong by itself is drawn from the plan. */
export type StageOpener = (scenario: Scenario, faults: FaultPlan) => Promise<Stage>;

/** The exchange in memory behind a network that is made. */
export const openSimStage: StageOpener = (scenario, faults) =>
  Promise.resolve(new SimStage(scenario, faults));

class SimStage implements Stage {
  readonly schedule = new Schedule();
  readonly truth: Exchange;
  readonly ids: Stage['ids'];
  readonly silence_ms = 15_000;
  readonly happened = [];
  readonly #scenario: Scenario;
  readonly #faults: FaultPlan;
  readonly #network: Network = {
    ...{ up: true, mutedFrom: 0, mutedUntil: 0 },
    requests: [],
  };
  #venue: SimVenue | null = null;

  constructor(scenario: Scenario, faults: FaultPlan) {
    const { rules, ticks, basis, numbers } = scenario;
    const market = makeMarket(rules);
    this.#scenario = scenario;
    this.#faults = faults;
    this.ids = numbers ? 'uint32' : 'text';
    const now = () => EPOCH_MS + this.schedule.time;
    const cash = 10n ** 30n;
    this.truth = new Exchange({ market, ticks, basis, cash, now, faults });
  }

  get mutedSince(): number | null {
    const { mutedFrom, mutedUntil } = this.#network;
    return mutedUntil > this.schedule.time ? mutedFrom : null;
  }

  open({ life, watcher, count }: ClientParts): Venue {
    const { seed, numbers } = this.#scenario;
    this.#venue = new SimVenue({
      ...{ exchange: this.truth, network: this.#network, life, faults: this.#faults, numbers },
      ...{ dice: new Dice(hash(seed, 'latency', count)), watcher },
    });
    return this.#venue;
  }

  moveTo(ticks: number): void {
    this.truth.moveTo(ticks);
  }

  placeForeign(request: OrderRequest): TrueOrder | null {
    this.truth.submit(request, true);
    return this.truth.orders.get(request.client_id) ?? null;
  }

  end(order: ExchangeOrder): void {
    this.truth.end(order);
  }

  fund(rate: string): void {
    this.truth.fund(rate);
  }

  maintenance(on: boolean): void {
    this.truth.maintenance = on;
  }

  noMargin(on: boolean): void {
    this.truth.noMargin = on;
  }

  maxOrders(most: number | null): void {
    this.truth.maxOrders = most ?? this.truth.market.rules.max_orders;
  }

  mute(ms: number): void {
    if (this.#network.mutedUntil > this.schedule.time) return;
    this.#network.mutedFrom = this.schedule.time;
    this.#network.mutedUntil = this.schedule.time + ms;
  }

  disconnect(): void {
    this.#network.up = false;
    this.#venue?.connection({ type: 'disconnected', reason: 'connection reset' });
  }

  reconnect(): void {
    if (this.#network.up) return;
    this.#network.up = true;
    this.#venue?.connection({ type: 'connected' });
  }

  heal(): void {
    this.maintenance(false);
    this.noMargin(false);
    this.maxOrders(null);
    this.#network.mutedUntil = 0;
    this.reconnect();
  }

  /** All that may go wrong here is in the plan. */
  strike(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
