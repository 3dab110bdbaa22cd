/**
 * What a loopback venue was asked and how it answered, by route: requests, and those refused for
 * going on too fast (429) or banned for it (418). Commands are not counted.
 */

/** Counts of one route, or of all. */
export interface RouteTraffic {
  readonly requests: number;
  /** Answered 429. */
  readonly limited: number;
  /** Answered 418. */
  readonly banned: number;
}

/** Since the venue was opened or `reset`; routes as "GET /path". */
export interface TrafficFacts extends RouteTraffic {
  readonly routes: Readonly<Record<string, RouteTraffic>>;
  /** The most requests of any sixty seconds. */
  readonly busiest_minute: number;
}

const MINUTE_MS = 60_000;

export class Traffic {
  readonly #routes = new Map<string, { requests: number; limited: number; banned: number }>();
  /** Moments of the last minute, oldest first. */
  #moments: number[] = [];
  #busiest = 0;

  /** Counts an answer; `now` monotonic ms. */
  count(method: string, path: string, status: number, now: number): void {
    const name = `${method} ${path}`;
    const route = this.#routes.get(name) ?? { requests: 0, limited: 0, banned: 0 };
    this.#routes.set(name, route);
    route.requests += 1;
    if (status === 429) route.limited += 1;
    if (status === 418) route.banned += 1;
    this.#moments.push(now);
    const first = this.#moments.findIndex((at) => at > now - MINUTE_MS);
    this.#moments.splice(0, Math.max(0, first));
    this.#busiest = Math.max(this.#busiest, this.#moments.length);
  }

  facts(): TrafficFacts {
    const all = [...this.#routes.values()];
    const sum = (key: keyof RouteTraffic) => all.reduce((total, route) => total + route[key], 0);
    return {
      ...{ requests: sum('requests'), limited: sum('limited'), banned: sum('banned') },
      routes: Object.fromEntries([...this.#routes].map(([name, route]) => [name, { ...route }])),
      busiest_minute: this.#busiest,
    };
  }

  /** Counts from nothing again. */
  reset(): void {
    this.#routes.clear();
    this.#moments = [];
    this.#busiest = 0;
  }
}
