/**
 * The listen keys of user streams: one per account, alive for an hour after it was made or kept
 * alive. Knows nothing of connections; who follows a key asks whether it still lives.
 */

/** How long a key lives. */
export const LISTEN_KEY_MS = 3_600_000;

interface ListenKey {
  readonly key: string;
  readonly account: string;
  readonly until_ms: number;
}

export class ListenKeys {
  readonly #lifeMs: number;
  readonly #newKey: () => string;
  readonly #byAccount = new Map<string, ListenKey>();

  /** `newKey`: makes text that was never used before. */
  constructor(newKey: () => string, lifeMs: number = LISTEN_KEY_MS) {
    this.#newKey = newKey;
    this.#lifeMs = lifeMs;
  }

  /** The living key of the account, its life begun anew; a new one when there is none. */
  open(account: string, nowMs: number): string {
    const living = this.#living(account, nowMs);
    const key = living?.key ?? this.#newKey();
    this.#byAccount.set(account, { key, account, until_ms: nowMs + this.#lifeMs });
    return key;
  }

  /** Begins the life of the account's key anew; false when it has none. */
  keepAlive(account: string, nowMs: number): boolean {
    const living = this.#living(account, nowMs);
    if (living === null) return false;
    this.#byAccount.set(account, { ...living, until_ms: nowMs + this.#lifeMs });
    return true;
  }

  /** Ends the account's key. */
  close(account: string): void {
    this.#byAccount.delete(account);
  }

  /** The account behind a key and until when it lives; null when there is no such living key. */
  find(key: string, nowMs: number): { readonly account: string; readonly until_ms: number } | null {
    const found = [...this.#byAccount.values()].find((each) => each.key === key);
    return found !== undefined && nowMs < found.until_ms ? found : null;
  }

  #living(account: string, nowMs: number): ListenKey | null {
    const known = this.#byAccount.get(account);
    return known !== undefined && nowMs < known.until_ms ? known : null;
  }
}
