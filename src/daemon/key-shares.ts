/**
 * How the bots of one key divide what it may send. PURE but for its own ledger. Invariants: what
 * bots may be using adds up to the whole at most, also while a share moves: it is given on only
 * once its holder has confirmed less or ended, and less what that one has sent within the minute.
 * Every bot keeps a floor, so that a cancel always goes.
 */
import { OWN_SHARE } from '../contract/instance-api.ts';
import type { BudgetReport } from '../contract/instance-api.ts';

/** Parts of the whole; shares are whole numbers of them. */
export const PARTS = 1024;
/** Parts that a bot takes by itself where none were granted. */
export const OWN_PARTS = PARTS * OWN_SHARE;
/** So many bots find room at once: as many as are started in a second. */
const UNEXPECTED = 4;
/** A venue counts what was sent for a minute. */
const MINUTE_MS = 60_000;
/** The most of a share that a bot may send between two reports. */
const UNREPORTED = 1 / 4;
/** A share is moved when it is so much from what it should be, part of it. */
const WORTH_MOVING = 1 / 4;

/** What a bot is to be told. */
export interface Grant {
  readonly holder: string;
  readonly share: number;
}

/** What the division goes by beside the ledger. */
export interface Surroundings {
  /** Bots that may begin with this key and have not said so yet. */
  readonly expected: number;
  /** No bot lives whose share is not known. */
  readonly settled: boolean;
  /** Whether a bot hears what it is told now. */
  reachable(holder: string): boolean;
  /** The present moment, monotonic ms. */
  readonly now: number;
}

interface Holder {
  /** In force by its own word. */
  parts: number;
  /** Told and not confirmed. */
  told: number | null;
  /** It waits for its first share. */
  waits: boolean;
  used: number;
  short: boolean;
  gone: boolean;
  /** What it sent within a larger share than it has now, and until when the venue counts that. */
  before: { readonly parts: number; readonly until: number };
}

export class KeyShares {
  readonly #holders = new Map<string, Holder>();

  /** Nobody holds anything any more. */
  get isEmpty(): boolean {
    return this.#holders.size === 0;
  }

  /** Bots that live and hold a share. */
  get living(): string[] {
    return [...this.#holders].filter(([, { gone }]) => !gone).map(([id]) => id);
  }

  /**
   * A bot says what it has; `anew`: on a new line, on which what it was told before is void.
   */
  report(id: string, said: Omit<BudgetReport, 'venue' | 'key'>, anew: boolean, now: number): void {
    const parts = said.share === null ? OWN_PARTS : Math.ceil(said.share * PARTS);
    const used = Math.ceil(said.used * PARTS);
    const held = this.#holders.get(id);
    if (held === undefined) {
      const before = { parts: 0, until: now };
      const waits = said.share === null;
      const { short } = said;
      this.#holders.set(id, { parts, told: null, waits, used, short, gone: false, before });
      return;
    }
    // What was sent within more than it has now stays with it for the minute.
    if (parts < held.parts) held.before = { parts: used, until: now + MINUTE_MS };
    held.parts = parts;
    held.used = used;
    held.short = said.short;
    held.waits &&= said.share === null;
    if (anew || parts === held.told) held.told = null;
  }

  /** A bot has ended; what it sent counts for a minute more. */
  end(id: string, now: number): void {
    const held = this.#holders.get(id);
    if (held === undefined || held.gone) return;
    const most = Math.max(held.parts, held.told ?? 0);
    const sent = held.used + Math.ceil(most * UNREPORTED);
    held.before = { parts: sent, until: now + MINUTE_MS };
    held.parts = 0;
    held.told = null;
    held.gone = true;
  }

  /** Parts that may be in use now. */
  occupied(now: number): number {
    return sum([...this.#holders.values()].map((held) => occupiedBy(held, now)));
  }

  /** What is to be told now; it counts as in use from here on. */
  divide({ expected, settled, reachable, now }: Surroundings): Grant[] {
    for (const [id, held] of this.#holders) {
      if (held.gone && beforeAt(held, now) === 0) this.#holders.delete(id);
    }
    const living = [...this.#holders].filter(([, { gone }]) => !gone);
    const others = expected + UNEXPECTED;
    const floor = Math.min(OWN_PARTS, Math.floor(PARTS / (living.length + others)));
    const wanted = targets(living.map(([, held]) => held), floor, PARTS - others * floor);
    const pairs = living.map(([id, held], index) => ({ id, held, to: wanted[index] ?? floor }));
    const over = this.occupied(now) > PARTS - others * floor;
    const moves = over || pairs.some(({ held, to }) => isWorthMoving(held, to, floor));
    if (!moves) return [];
    const free = () => PARTS - others * floor - this.occupied(now);
    const grants: Grant[] = [];
    const tell = (id: string, held: Holder, parts: number) => {
      held.told = parts;
      grants.push({ holder: id, share: parts / PARTS });
    };
    const hearing = pairs.filter(({ id, held }) => held.told === null && reachable(id));
    for (const { id, held, to } of hearing) {
      if (!held.waits && to < held.parts) tell(id, held, to);
    }
    if (!settled) return grants;
    for (const { id, held, to } of hearing.sort((a, b) => a.held.parts - b.held.parts)) {
      if (held.told !== null || (!held.waits && to <= held.parts)) continue;
      const more = Math.min(to - held.parts, Math.max(0, free()));
      // A first share is what it would take anyway, once there is room for that.
      if (held.waits ? this.occupied(now) <= PARTS : more > 0) {
        tell(id, held, Math.max(held.parts + more, Math.min(held.parts, to)));
      }
    }
    return grants;
  }
}

function beforeAt({ before }: Holder, now: number): number {
  return now < before.until ? before.parts : 0;
}

function occupiedBy(held: Holder, now: number): number {
  return Math.max(held.parts, held.told ?? 0) + beforeAt(held, now);
}

function isWorthMoving(held: Holder, to: number, floor: number): boolean {
  if (held.told !== null) return false;
  return held.waits || held.parts < floor || Math.abs(to - held.parts) > held.parts * WORTH_MOVING;
}

/** Parts each should have: the floor, what it needs above, and an equal part of what is left. */
function targets(holders: readonly Holder[], floor: number, whole: number): number[] {
  const spare = Math.max(0, whole - floor * holders.length);
  const needs = holders.map(({ parts, used, short }) =>
    Math.max(0, 2 * Math.max(used, short ? parts : 0) - floor),
  );
  const needed = sum(needs);
  if (needed > spare) return needs.map((need) => floor + Math.floor((need * spare) / needed));
  const each = Math.floor((spare - needed) / Math.max(1, holders.length));
  return needs.map((need) => floor + need + each);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
