/**
 * Which client id stands for which of the venue's order ids, which of those this process cancels,
 * and when they ended, as far as it was told.
 */
const MOST = 20_000;

export class OrderIds {
  readonly #venueIds = new Map<string, string>();
  readonly #clientIds = new Map<string, string>();
  readonly #ended = new Map<string, number>();
  readonly #cancels = new Map<string, true>();

  /** A client id of '' says that the order has none: it is another's. */
  learn(clientId: string, venueId: string): void {
    this.#clientIds.delete(venueId);
    this.#clientIds.set(venueId, clientId);
    if (clientId !== '') {
      this.#venueIds.delete(clientId);
      this.#venueIds.set(clientId, venueId);
    }
    forgetFirst(this.#clientIds);
    forgetFirst(this.#venueIds);
  }

  /** A cancel of this id of the venue is sent: whoever sends it finds out how the order ended. */
  learnCancel(venueId: string): void {
    this.#cancels.set(venueId, true);
    forgetFirst(this.#cancels);
  }

  /** A cancel came to nothing: the order may end by itself later. */
  forgetCancel(venueId: string): void {
    this.#cancels.delete(venueId);
  }

  isCancelled(venueId: string): boolean {
    return this.#cancels.has(venueId);
  }

  /** The order with this id of the venue ended not later than this moment of its clock. */
  learnEnd(venueId: string, atMs: number): void {
    this.#ended.set(venueId, atMs);
    forgetFirst(this.#ended);
  }

  /** Null: not known. */
  endedAt(venueId: string): number | null {
    return this.#ended.get(venueId) ?? null;
  }

  /** Null: not known. */
  venueId(clientId: string): string | null {
    return this.#venueIds.get(clientId) ?? null;
  }

  /** Null: not known; '': the order has none. */
  clientId(venueId: string): string | null {
    return this.#clientIds.get(venueId) ?? null;
  }
}

function forgetFirst(map: Map<string, unknown>): void {
  if (map.size <= MOST) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
