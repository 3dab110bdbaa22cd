/**
 * A stage with real sockets: a loopback venue, and one of our clients for each process of the bot.
 * Single faults happen at the venue, which draws them from the same seed; kills and the disk are in
 * the plan.
 */
import { assert } from '../../../src/contract/assert.ts';
import { makeMarket, priceText } from '../../../src/contract/market.ts';
import type { OrderRequest, Venue } from '../../../src/exchange/port.ts';
import type { SimKeys } from '../../../src/exchange/sim/account.ts';
import type { Fault, FaceKind, SimVenue } from '../../../src/exchange/sim/index.ts';
import { FAULT_DEFAULTS, openSimVenue } from '../../../src/exchange/sim/index.ts';
import type { SimPayment } from '../../../src/exchange/sim/orders.ts';
import type { SymbolSpec } from '../../../src/exchange/sim/symbols.ts';
import type { Credentials, VenueKind } from '../../../src/exchange/venue-kind.ts';
import { Life, simClock } from '../../sim/clock.ts';
import { FAULT_RATES } from '../../sim/faults.ts';
import type { FaultName, FaultPlan } from '../../sim/faults.ts';
import type { Scenario } from '../../sim/scenario.ts';
import type { ClientParts, Stage, StageOpener } from '../../sim/stage.ts';
import type { TrueOrder } from '../../sim/truth.ts';
import { LoopbackTruth } from './loopback-truth.ts';
import { mortalVenue } from './mortal-venue.ts';
import { PacedSchedule } from './paced-schedule.ts';

/** One of our clients and the face it speaks to. */
export interface WireKind {
  readonly kind: VenueKind;
  readonly face: FaceKind;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly credentials: (keys: SimKeys) => Credentials;
  /** The id under which the client tells a payment. */
  readonly fundingId: (payment: SimPayment) => string;
  readonly crossing: 'expire' | 'refuse';
}

/** Enough for any grid: what an account can carry is tested elsewhere. */
const BALANCE = '1000000000';
/** A stamp comes so often, and pays nothing unless the world asks for it. */
const FUNDING_MS = 5000;
/** A request is given up after so long, and what was given up is done a little later. */
const TIMEOUT_MS = 5000;
const LATE_MS = 300;
/** How late listings are where they are; the clients reckon with more. */
const LAG_MS = 1200;

/** What changes something goes wrong more often: a question that fails only takes time. */
const OFTEN = { GET: 1, POST: 4, PUT: 1, DELETE: 4 };

type Armed = Partial<Fault> & Pick<Fault, 'kind'>;

/** What the faults of the plan are at the venue. */
const OF_REQUESTS: Partial<Record<FaultName, readonly Armed[]>> = {
  lost_request: [{ kind: 'drop_before' }],
  lost_answer: [{ kind: 'drop_after' }, { kind: 'late_answer', ms: TIMEOUT_MS + LATE_MS }],
  late_execution: [{ kind: 'latency', ms: TIMEOUT_MS + LATE_MS }],
  server_error_before: [{ kind: 'error_before', status: 502 }, { kind: 'html' }],
  server_error_after: [
    { kind: 'error_after' },
    { kind: 'garbage', status: 500 },
    { kind: 'truncate' },
  ],
  doubled_request: [{ kind: 'double' }],
  rate_limited: [{ kind: 'rate_limit', retry_after_s: 2 }],
  slow_answer: [{ kind: 'late_answer', ms: 700 }, { kind: 'latency', ms: 2500 }],
};
const IN_STREAMS: typeof OF_REQUESTS = {
  dropped_event: [{ kind: 'drop_event' }],
  doubled_event: [{ kind: 'double_event', ms: 1500 }],
  late_event: [{ kind: 'late_event', ms: 400 }, { kind: 'late_event', ms: 6000 }],
};

/** Opens the stage of a scenario whose rules are those of the venue. */
export function wireStage(wire: WireKind): StageOpener {
  return async (scenario, faults) => {
    const schedule = new PacedSchedule();
    const { symbol, face, crossing } = wire;
    const specs = (seed: number, count: number): readonly SymbolSpec[] =>
      face.specs(seed, count).map((spec) => {
        return spec.rules.symbol === symbol ? specOf(scenario, spec) : spec;
      });
    const sim = await openSimVenue({
      ...{ face: { ...face, specs }, crossing, symbols: 3, balance: BALANCE, seed: scenario.seed },
      clock: simClock(new Life(schedule), { skew: 0 }),
    });
    const { maker_fee, taker_fee } = scenario.rules;
    sim.command('account', { name: sim.account().name, maker_fee, taker_fee });
    sim.command('market', { symbol, premium_ticks: scenario.basis });
    return new WireStage({ wire, scenario, faults, schedule, sim });
  };
}

function specOf({ rules, ticks }: Scenario, spec: SymbolSpec): SymbolSpec {
  const start_price = priceText(makeMarket(rules), ticks);
  const funding = { funding_rate: '0', funding_interval_ms: FUNDING_MS };
  return { ...spec, rules, start_price, ...funding };
}

interface WireStageParts {
  readonly wire: WireKind;
  readonly scenario: Scenario;
  readonly faults: FaultPlan;
  readonly schedule: PacedSchedule;
  readonly sim: SimVenue;
}

class WireStage implements Stage {
  readonly schedule: PacedSchedule;
  readonly truth: LoopbackTruth;
  readonly ids: Stage['ids'];
  readonly silence_ms: number;
  readonly #parts: WireStageParts;
  #mutedFrom = 0;
  #mutedUntil = 0;
  /** Ends a silence at its time, unless another has begun. */
  #stopMute = () => {};

  constructor(parts: WireStageParts) {
    const { wire, schedule, sim } = parts;
    const { symbol, fundingId, kind } = wire;
    this.#parts = parts;
    this.schedule = schedule;
    this.truth = new LoopbackTruth({ sim, symbol, fundingId });
    this.ids = kind.capabilities.client_id.form;
    const { silence_ms } = kind.capabilities;
    assert(silence_ms !== null, 'its stream can be silent');
    this.silence_ms = silence_ms;
  }

  get mutedSince(): number | null {
    return this.#mutedUntil > this.schedule.time ? this.#mutedFrom : null;
  }

  get happened(): readonly string[] {
    return [...this.#parts.sim.faults.happened].flatMap(([kind, times]) => {
      return Array.from({ length: times }, (_, k) => `${kind}:${k}`);
    });
  }

  open({ life, clock, watcher }: ClientParts): Venue {
    const { wire, sim, faults } = this.#parts;
    const client = wire.kind.open({
      ...{ rest_url: sim.url, ws_url: sim.ws_url, proxy: null, symbol: wire.symbol, clock },
      ...{ connect_timeout_ms: TIMEOUT_MS, read_timeout_ms: TIMEOUT_MS, trace: () => undefined },
      credentials: wire.credentials(sim.account().facts.keys),
    });
    return mortalVenue(client, { life, watcher, faults, truth: this.truth });
  }

  moveTo(ticks: number): void {
    const { sim, faults, wire } = this.#parts;
    const part = faults.strikes('part_fill')?.whole(5, 95);
    if (part !== undefined) {
      sim.command('partial', { part: `0.${String(part).padStart(2, '0')}`, symbol: wire.symbol });
    }
    sim.command('move', { symbol: wire.symbol, price: priceText(this.truth.market, ticks) });
  }

  placeForeign(request: OrderRequest): TrueOrder | null {
    const { sim, wire } = this.#parts;
    this.truth.expectForeign(request.client_id);
    sim.world.act(() =>
      sim.world.desk.place(sim.account(), {
        ...request,
        ...{ symbol: wire.symbol, tif: request.price === null ? 'IOC' : 'GTC' },
        ...{ crossing: 'refuse', trigger: null, note: {} },
      }),
    );
    return this.truth.orders.get(request.client_id) ?? null;
  }

  end({ venue_order_id }: TrueOrder): void {
    const { sim } = this.#parts;
    const account = sim.account();
    sim.world.act(() => sim.world.desk.cancel(account, account.order(Number(venue_order_id))));
  }

  fund(rate: string): void {
    const { sim, wire } = this.#parts;
    const { symbol } = wire;
    sim.command('market', { symbol, funding_rate: rate });
    this.schedule.after(FUNDING_MS, () => sim.command('market', { symbol, funding_rate: '0' }));
  }

  maintenance(on: boolean): void {
    this.#parts.sim.command('maintenance', { on });
  }

  noMargin(on: boolean): void {
    this.#parts.sim.command('no-margin', { on });
  }

  maxOrders(most: number | null): void {
    const { sim, wire, scenario } = this.#parts;
    const max_orders = most ?? scenario.rules.max_orders;
    sim.command('market', { symbol: wire.symbol, max_orders });
  }

  mute(ms: number): void {
    if (this.mutedSince !== null) return;
    this.#mutedFrom = this.schedule.time;
    this.#mutedUntil = this.schedule.time + ms;
    this.#parts.sim.command('mute');
    this.#stopMute = this.schedule.after(ms, () => this.#speak());
  }

  disconnect(): void {
    this.#parts.sim.command('offline');
  }

  reconnect(): void {
    this.#parts.sim.command('offline', { on: false });
  }

  heal(): void {
    this.maintenance(false);
    this.noMargin(false);
    this.maxOrders(null);
    this.#speak();
    this.reconnect();
  }

  strike(on: boolean): void {
    const { sim, scenario } = this.#parts;
    sim.faults.clear();
    sim.world.desk.cuts.length = 0;
    const lag = (name: FaultName) => (on && (scenario.roughness[name] ?? 1) > 0 ? LAG_MS : 0);
    sim.command('listing-lag', { ms: lag('late_listing_order') });
    sim.command('stale-listing', { ms: lag('stale_listing') });
    if (!on) return;
    this.#arm(IN_STREAMS, 1, null);
    for (const [method, often] of Object.entries(OFTEN)) this.#arm(OF_REQUESTS, often, method);
  }

  #arm(kinds: typeof OF_REQUESTS, often: number, method: string | null): void {
    const { sim, scenario } = this.#parts;
    const usual = { ...FAULT_DEFAULTS, times: null, method };
    for (const [name, all] of Object.entries(kinds) as [FaultName, readonly Armed[]][]) {
      const rate = FAULT_RATES[name] * (scenario.roughness[name] ?? 1) * often;
      for (const armed of all) sim.faults.add({ ...usual, ...armed, share: rate / all.length });
    }
  }

  close(): Promise<void> {
    return this.#parts.sim.close();
  }

  #speak(): void {
    this.#stopMute();
    this.#mutedUntil = 0;
    this.#parts.sim.command('mute', { on: false });
  }
}
