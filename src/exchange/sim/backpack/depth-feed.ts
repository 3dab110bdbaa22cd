/**
 * The book of each market as the depth stream tells it: every change of a level in absolute sizes,
 * numbered without a gap, so that a snapshot and what follows it fit together.
 */
import { depthAround } from '../depth.ts';
import type { DepthLevel } from '../depth.ts';
import type { SimMarket } from '../market.ts';
import type { World } from '../world.ts';

/** Levels a side that the stream tells. */
const LEVELS = 100;

/** Levels that changed since the last look; size 0: gone. `first` to `last`: their numbers. */
export interface DepthChange {
  readonly first: number;
  readonly last: number;
  readonly bids: readonly DepthLevel[];
  readonly asks: readonly DepthLevel[];
}

interface Feed {
  id: number;
  at_ms: number;
  bids: Map<number, number>;
  asks: Map<number, number>;
}

export class DepthFeeds {
  readonly #world: World;
  readonly #feeds = new Map<string, Feed>();
  #listener: (sim: SimMarket, change: DepthChange) => void = () => undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Hears every change. */
  subscribe(listener: (sim: SimMarket, change: DepthChange) => void): void {
    this.#listener = listener;
  }

  /**
   * Brings the book of a market up to now and tells what changed. Returns the number of the last
   * change and the moment whose book it made.
   */
  refresh(sim: SimMarket): { readonly id: number; readonly at_ms: number } {
    const feed = this.#feed(sim);
    const change = this.#change(sim, feed);
    if (change !== null) this.#listener(sim, change);
    return feed;
  }

  #change(sim: SimMarket, feed: Feed): DepthChange | null {
    const now = this.#world.now();
    const { bids, asks } = depthAround(sim.market, sim.seed, sim.present, LEVELS, now);
    const changed = {
      bids: changes(feed.bids, bids),
      asks: changes(feed.asks, asks),
    };
    if (changed.bids.length + changed.asks.length === 0) return null;
    feed.id += 1;
    feed.at_ms = now;
    feed.bids = mapOf(bids);
    feed.asks = mapOf(asks);
    return { first: feed.id, last: feed.id, ...changed };
  }

  #feed(sim: SimMarket): Feed {
    const known = this.#feeds.get(sim.symbol);
    if (known !== undefined) return known;
    const at_ms = this.#world.now();
    const { bids, asks } = depthAround(sim.market, sim.seed, sim.present, LEVELS, at_ms);
    const feed = { id: Math.floor(at_ms / 100), at_ms, bids: mapOf(bids), asks: mapOf(asks) };
    this.#feeds.set(sim.symbol, feed);
    return feed;
  }
}

function mapOf(levels: readonly DepthLevel[]): Map<number, number> {
  return new Map(levels.map(({ ticks, lots }) => [ticks, lots]));
}

function changes(before: ReadonlyMap<number, number>, now: readonly DepthLevel[]): DepthLevel[] {
  const after = mapOf(now);
  const gone = [...before.keys()].filter((ticks) => !after.has(ticks));
  return [
    ...gone.map((ticks) => ({ ticks, lots: 0 })),
    ...now.filter(({ ticks, lots }) => before.get(ticks) !== lots),
  ];
}
