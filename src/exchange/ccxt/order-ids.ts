/** Which client id stands for which of the venue's order ids, as far as this process was told. */
const MOST = 20_000;

export class OrderIds {
  readonly #venueIds = new Map<string, string>();
  readonly #clientIds = new Map<string, string>();

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

  /** Null: not known. */
  venueId(clientId: string): string | null {
    return this.#venueIds.get(clientId) ?? null;
  }

  /** Null: not known; '': the order has none. */
  clientId(venueId: string): string | null {
    return this.#clientIds.get(venueId) ?? null;
  }
}

function forgetFirst(map: Map<string, string>): void {
  if (map.size <= MOST) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
