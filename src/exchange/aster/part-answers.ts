/**
 * The answers of a reading that takes several questions, until it is whole. Where the budget lets
 * only one through at a time, a reading that is repeated asks only what is missing.
 */
import type { Clock } from '../../platform/clock.ts';
import { BudgetHeld } from '../port.ts';
import type { Answer } from '../wire/json.ts';
import type { AsterConnection } from './connection.ts';
import type { Route } from './routes.ts';
import type { Params } from './sign.ts';

/** An answer older than this is asked for again: a small share takes minutes for all of them. */
const KEPT_MS = 5 * 60_000;

export class PartAnswers {
  readonly #connection: AsterConnection;
  readonly #clock: Clock;
  readonly #kept = new Map<Route, { readonly answer: Answer; readonly at: number }>();

  constructor(connection: AsterConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The kept answer, or else the venue's, which is kept then; a route has one set of `params`. */
  async ask(route: Route, params: Params = {}): Promise<Answer> {
    const kept = this.#kept.get(route);
    if (kept !== undefined && this.#clock.monotonic() - kept.at < KEPT_MS) return kept.answer;
    const answer = await this.#connection.ask(route, params);
    this.#kept.set(route, { answer, at: this.#clock.monotonic() });
    return answer;
  }

  /** Does a reading: only where the budget held it back does the next one find its answers. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    let isHeld = false;
    try {
      return await read();
    } catch (error) {
      isHeld = error instanceof BudgetHeld;
      throw error;
    } finally {
      if (!isHeld) this.#kept.clear();
    }
  }
}
