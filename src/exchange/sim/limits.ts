/**
 * What a key may ask per minute: weights counted over the last sixty seconds. Pure but for its own
 * memory; the time is handed in.
 */

const WINDOW_MS = 60_000;
/** The window is counted in parts of this length. */
const PART_MS = 1000;

/** What became of a request. */
export interface Counted {
  readonly allowed: boolean;
  /** Weight of the last minute, this request included when it was allowed. */
  readonly used: number;
  /** Whole seconds after which there is room again; 0 when allowed. */
  readonly retry_after_s: number;
}

export class RequestLimit {
  readonly most: number;
  readonly #parts = new Map<string, { part: number; weight: number }[]>();

  constructor(most: number) {
    this.most = most;
  }

  /** Counts a request of a key unless that is over the limit. */
  count(key: string, weight: number, now_ms: number): Counted {
    const part = Math.floor(now_ms / PART_MS);
    const oldest = part - WINDOW_MS / PART_MS;
    const parts = (this.#parts.get(key) ?? []).filter((each) => each.part > oldest);
    this.#parts.set(key, parts);
    const used = parts.reduce((sum, each) => sum + each.weight, 0);
    if (used + weight > this.most) {
      const first = parts[0]?.part ?? part;
      return { allowed: false, used, retry_after_s: Math.max(1, first - oldest) };
    }
    const last = parts.at(-1);
    if (last?.part === part) last.weight += weight;
    else parts.push({ part, weight });
    return { allowed: true, used: used + weight, retry_after_s: 0 };
  }
}
