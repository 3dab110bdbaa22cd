/**
 * The grid as it is, moved by turns: the engine decides, the books store, then what follows is
 * queued. Invariants: if the books cannot commit, the engine does not move; nothing is queued that
 * is not stored. All of it inside a runner task only.
 */
import { assert } from '../contract/assert.ts';
import type { Market } from '../contract/market.ts';
import { auditIdentity, decide, encodeState, gridState } from '../engine/index.ts';
import type { EngineCommand, EngineEvent, GridState } from '../engine/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Books, Turn } from '../store/index.ts';
import type { BooksWriter } from './books-writer.ts';
import type { OrderNumbers } from './order-numbers.ts';
import { makeTurn } from './turn.ts';
import type { DecidedTurn } from './turn.ts';

export interface TurnParts {
  readonly market: Market;
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Logger;
  readonly writer: BooksWriter;
  readonly numbers: OrderNumbers;
  /** Last price, ticks. */
  readonly ticks: () => number;
  /** Takes a command whose intent is stored. */
  readonly queue: (command: EngineCommand) => void;
  /** Told why no order gets a number; null: they do. */
  readonly tell: (fault: string | null) => void;
  /** What follows when the three sums disagree (GRID 4). */
  readonly onBreach: 'crash' | 'trip';
}

/** Rows that go with a turn besides what the event itself says. */
export type TurnExtras = Pick<Turn, 'meta' | 'receipt' | 'request' | 'funding' | 'adjustment'>;

const NO_NUMBERS =
  'Every client id belongs to an order that the venue still remembers: nothing new is placed.';

export class GridTurns {
  readonly #parts: TurnParts;
  #state: GridState;

  constructor(parts: TurnParts, state: GridState) {
    this.#parts = parts;
    this.#state = state;
  }

  get state(): GridState {
    return this.#state;
  }

  /** One turn. */
  async apply(event: EngineEvent, extras: TurnExtras = {}): Promise<void> {
    const decided = this.#decide(this.#state, event);
    const { before, state, commands } = decided;
    // A price that nothing follows from is not stored; one that arms or ends something is.
    const same = state.run === before.run && gridState(state) === gridState(before);
    const quiet = event.type === 'price' && commands.length === 0 && same;
    if (!quiet) {
      const turn = makeTurn(decided);
      await this.#commit([{ ...turn, ...extras, meta: { ...turn.meta, ...extras.meta } }], state);
    }
    this.#moveTo(state, commands);
    if (!quiet) await this.#audit(event.at_ms);
  }

  /** Turns that are stored in one commit, before anything of them is queued. */
  async applyAll(events: readonly EngineEvent[]): Promise<void> {
    const decided: DecidedTurn[] = [];
    let state = this.#state;
    for (const event of events) {
      const turn = this.#decide(state, event);
      decided.push(turn);
      ({ state } = turn);
    }
    const last = decided.at(-1);
    if (last === undefined) return;
    await this.#commit(decided.map((turn) => makeTurn(turn, turn === last)), state);
    this.#moveTo(state, decided.flatMap(({ commands }) => commands));
    await this.#audit(last.event.at_ms);
  }

  /** Stores something beside the state as it is. */
  async record(extras: TurnExtras): Promise<void> {
    const { books, clock, writer } = this.#parts;
    const at_ms = clock.now();
    const state = encodeState(this.#state);
    const turn = { at_ms, state, intents: [], updates: [], notes: [], ...extras };
    await writer.store(() => books.commit(turn));
  }

  #decide(present: GridState, event: EngineEvent): DecidedTurn {
    const { market, clock, numbers, tell } = this.#parts;
    const next_id = numbers.free(present.next_id, clock.now());
    tell(numbers.exhausted ? NO_NUMBERS : null);
    const before = { ...present, next_id };
    return { market, ids: numbers, event, before, ...decide(market, before, event) };
  }

  #commit(turns: readonly Turn[], state: GridState): Promise<void> {
    const { books, numbers, writer } = this.#parts;
    return writer.store(() => {
      numbers.reserve(state.next_id);
      books.commitAll(turns);
    });
  }

  #moveTo(state: GridState, commands: readonly EngineCommand[]): void {
    const { log, queue } = this.#parts;
    this.#state = state;
    for (const command of commands) {
      if (command.type === 'note') log.info({ code: command.code }, command.text);
      else queue(command);
    }
  }

  /** A breach of the identity is our bug: no crash loop where money is in it (GRID 4). */
  async #audit(at_ms: number): Promise<void> {
    const { market, onBreach, log, ticks } = this.#parts;
    const breach = auditIdentity(market, this.#state, ticks());
    if (breach === null) return;
    assert(onBreach === 'trip', `the books do not add up: ${breach}`);
    if (this.#state.tripped !== null) return;
    log.error({ breach }, 'ALARM: the books do not add up; the grid places nothing more');
    const text = `the books do not add up: ${breach}`;
    await this.apply({ type: 'trip', reason: 'identity', text, at_ms });
  }
}
