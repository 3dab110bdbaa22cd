/**
 * The books of one instance: engine state, orders, fills, receipts, in one SQLite file with one
 * writer, its bot. Invariants: an order is stored before it is sent; a fill and the state after
 * it are one transaction; a trade id is booked once. Money and receipts stay for ever; notes and
 * answers to requests are kept in bounds. It refuses a file that belongs to another grid account.
 */
import { existsSync } from 'node:fs';
import type { FillView, OrderView, ReceiptView, StatusView } from '../contract/instance-api.ts';
import { GriddError } from '../contract/errors.ts';
import { committing, migrate, openDatabase } from '../platform/sqlite.ts';
import type { SqliteDatabase, Synchronous } from '../platform/sqlite.ts';
import { AuditWaiting } from './audit-waiting.ts';
import { createBooks, hasLostBooks } from './books-file.ts';
import { Charts } from './charts.ts';
import { MIGRATIONS } from './schema.ts';
import { fillView, orderView } from './rows.ts';
import { readReceipts } from './receipts.ts';
import type { ReceiptSeries } from './receipts.ts';
import { freeIds, reserveIds, reservedIds } from './id-blocks.ts';
import { clearRestored, restoredMark, takeOver } from './restored.ts';
import type { RestoredMark, TakenOver } from './restored.ts';
import { prepareBooks } from './statements.ts';
import type { BooksMark, MoneyRow, Turn } from './turn.ts';

/** The grid account a file belongs to (DESIGN: a store belongs to one). */
export interface Binding {
  readonly instance_id: string;
  readonly venue: string;
  readonly mode: string;
  readonly account: string;
  readonly symbol: string;
  readonly direction: string;
}

/** Notes of the grid that are kept, and after how many new ones the older go. */
const NOTES_KEPT = 10_000;
const NOTES_STEP = 100;
/** An Idempotency-Key is remembered so long, and the newest of them only. */
const REQUESTS_MS = 7 * 86_400_000;
const REQUESTS_KEPT = 1000;
/**
 * Commits after which the log is moved into the file in a calm moment: well before the thousand
 * pages at which SQLite lets a commit do it.
 */
const CALM_COMMITS = 25;

/** Whether SQLite failed for the disk's sake: full, read-only, failing or busy. */
export function isStorageFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^SQLITE_(FULL|IOERR|READONLY|BUSY|CANTOPEN)/.test(String(error.code));
}

/** Opens the books; BOOKS_BOUND, BOOKS_NEWER or BOOKS_UNREADABLE when they cannot be used. */
export function openBooks(file: string, binding: Binding, synchronous: Synchronous): Books {
  let db: SqliteDatabase;
  if (hasLostBooks(file)) {
    const how = existsSync(file) ? 'is empty (0 bytes)' : 'is gone, its log (-wal) is not';
    throw new GriddError('BOOKS_UNREADABLE', `The database ${file} ${how}.`, {
      hint: 'Put a backup in its place, or start with --fresh to begin anew.',
    });
  }
  const begun = existsSync(file);
  try {
    if (!begun) createBooks(file);
    db = openDatabase(file, synchronous);
    if (!migrate(db, MIGRATIONS)) {
      throw new GriddError('BOOKS_NEWER', `${file} was written by a newer gridd.`);
    }
  } catch (error) {
    // A full or failing disk may mend: that is a crash and a restart, not a configuration.
    if (error instanceof GriddError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    if (!begun || isStorageFault(error)) {
      throw new Error(`The database ${file} cannot be used now: ${why}.`, { cause: error });
    }
    throw new GriddError('BOOKS_UNREADABLE', `The database ${file} cannot be opened: ${why}.`);
  }
  const books = new Books(db);
  const bound = books.meta('binding');
  const wanted = JSON.stringify(binding);
  if (bound === null) books.setMeta('binding', wanted);
  else if (bound !== wanted) {
    const was = JSON.parse(bound) as Record<string, string>;
    const keys = Object.keys(binding) as (keyof Binding)[];
    const different = keys.filter((key) => was[key] !== binding[key]);
    const what = different.map((key) => `${key} ${was[key]}, not ${binding[key]}`).join('; ');
    books.close();
    throw new GriddError('BOOKS_BOUND', `The books in ${file} belong to ${what}.`);
  }
  return books;
}

export class Books {
  readonly db: SqliteDatabase;
  /** What the page draws. */
  readonly charts: Charts;
  readonly audit: AuditWaiting;
  readonly #statements: ReturnType<typeof prepareBooks>;
  readonly #commit: (turns: readonly Turn[]) => void;
  #commits = 0;

  constructor(db: SqliteDatabase) {
    this.db = db;
    this.charts = new Charts(db);
    this.audit = new AuditWaiting(db);
    this.#statements = prepareBooks(db);
    this.#commit = db.transaction((turns: readonly Turn[]) => {
      for (const turn of turns) this.#write(turn);
    });
  }

  /** Commits one turn. Throws what SQLite throws; then nothing of it is stored. */
  commit(turn: Turn): void {
    this.commitAll([turn]);
  }

  /** Commits turns that follow each other as one: all of them or none. */
  commitAll(turns: readonly Turn[]): void {
    this.#commit(turns);
    this.#commits += 1;
  }

  /**
   * Moves the log into the file once enough was committed. It waits for the disk: called when
   * nothing is urgent, so that no fill's turn has to. A disk that refuses is asked again.
   */
  checkpoint(): void {
    if (this.#commits < CALM_COMMITS) return;
    try {
      this.db.pragma('wal_checkpoint(PASSIVE)');
      // The first commit after it begins the log anew and waits for the disk once more.
      this.setMeta('log_began', String(this.#commits));
      this.#commits = 0;
    } catch (error) {
      if (!isStorageFault(error)) throw error;
    }
  }

  /** The engine state of the last committed turn; null before the first. */
  engineState(): string | null {
    return this.#statements.state.get()?.state ?? null;
  }

  meta(key: string): string | null {
    return this.#statements.meta.get(key)?.value ?? null;
  }

  setMeta(key: string, value: string): void {
    this.#statements.setMeta.run(key, value);
  }

  hasFill(tradeId: string): boolean {
    return this.#statements.hasFill.get(tradeId) !== undefined;
  }

  /** The venue's id of the trade booked last. */
  lastTradeId(): string | null {
    return this.#statements.lastTrade.get()?.trade_id ?? null;
  }

  hasFunding(fundingId: string): boolean {
    return this.#statements.hasFunding.get(fundingId) !== undefined;
  }

  /** Our sequence number of a client id; null when this store never made it. */
  orderIdOf(clientId: string): number | null {
    return this.#statements.orderId.get(clientId)?.id ?? null;
  }

  /** Moment at which the intent of an order was stored, ms; null when it never was. */
  madeAt(id: number): number | null {
    return this.#statements.madeAt.get(id)?.created_ms ?? null;
  }

  /**
   * Orders with a number below `id` that are dated less than `withinMs` from `nowMs` and not proved
   * absent, counted up to `most`.
   */
  sentBefore(id: number, nowMs: number, withinMs: number, most: number): number {
    const rows = this.#statements.sentBefore.all(id, most);
    return rows.filter(({ created_ms }) => Math.abs(nowMs - created_ms) < withinMs).length;
  }

  /** The highest order number that was ever reserved; 0 before the first. */
  get reservedIds(): number {
    return reservedIds(this.db);
  }

  /** Reserves order numbers up to `upTo`: on the disk itself when this returns. */
  reserveIds(upTo: number): void {
    reserveIds(this.db, upTo);
  }

  /** Number of the last order; 0 before the first. */
  lastOrder(): number {
    const last = this.db.prepare<[], { id: number | null }>('SELECT max(id) id FROM orders').get();
    return last?.id ?? 0;
  }

  /** How far they knew when they were put back from a backup; null: they were not. */
  restored(): RestoredMark | null {
    return restoredMark(this.db);
  }

  /** What they lacked after a restore is taken over. */
  clearRestored(): void {
    clearRestored(this.db);
  }

  /** See `takeOver`. */
  takeOver(orders: readonly TakenOver[]): void {
    takeOver(this.db, orders);
  }

  /** See `freeIds`. */
  freeIds(wanted: Parameters<typeof freeIds>[1]): number | null {
    return freeIds(this.db, wanted);
  }

  aliveOrders(): OrderView[] {
    return this.#statements.alive.all().map(orderView);
  }

  /** Why the venue refused the newest order that was to close the position; null: it did not. */
  lastCloseRefusal(): string | null {
    return this.#statements.closeRefusal.get()?.reason ?? null;
  }

  /** Newest first. */
  receipts(limit: number, by: ReceiptSeries): ReceiptView[] {
    return readReceipts(this.db, limit, by);
  }

  /** Newest first. */
  fills(limit: number): FillView[] {
    return this.#statements.fills.all(limit).map(fillView);
  }

  /** The stored answer to a request with this Idempotency-Key. */
  answer(key: string): { request: string; answer: string } | null {
    return this.#statements.request.get(key) ?? null;
  }

  /** How far the books are. */
  mark(): BooksMark {
    return this.#statements.mark.get() ?? { fill: 0, funding: 0, adjustment: 0 };
  }

  /** Fills and accepted differences booked after `mark`, oldest first. */
  *movedSince(mark: BooksMark): Generator<MoneyRow> {
    yield* this.#statements.fillsAfter.iterate(mark.fill);
    yield* this.#statements.adjustmentsAfter.iterate(mark.adjustment);
  }

  /** Amounts of funding booked after `mark`. */
  fundingSince(mark: BooksMark): string[] {
    return this.#statements.fundingAfter.all(mark.funding).map(({ amount }) => amount);
  }

  /** What a power failure may take: the next second says it anew. */
  saveStatus(status: StatusView): void {
    committing(this.db, 'NORMAL', () => this.#statements.status.run(JSON.stringify(status)));
    this.#commits += 1;
  }

  close(): void {
    if (this.db.open) this.db.close();
  }

  #write(turn: Turn): void {
    const { at_ms } = turn;
    const run = this.#statements;
    for (const intent of turn.intents) {
      run.giveUp.run(intent.client_id);
      run.intent.run({ ...intent, at_ms });
    }
    for (const update of turn.updates) {
      run.update.run({
        id: update.id,
        status: update.status,
        filled: update.filled ?? null,
        reason: update.reason ?? null,
        venue_order_id: update.venue_order_id ?? null,
        at_ms,
      });
    }
    if (turn.fill !== undefined) run.fill.run({ pair_price: null, ...turn.fill });
    if (turn.funding !== undefined) run.funding.run(turn.funding);
    for (const note of turn.notes) this.#note(at_ms, note);
    for (const [key, value] of Object.entries(turn.meta ?? {})) run.setMeta.run(key, value);
    if (turn.adjustment !== undefined) run.adjustment.run({ ...turn.adjustment, at_ms });
    if (turn.receipt !== undefined) {
      const { body, ...row } = turn.receipt;
      run.receipt.run({ ...row, body: JSON.stringify(body), at_ms });
    }
    if (turn.request !== undefined) {
      run.saveRequest.run({ ...turn.request, at_ms });
      run.pruneRequests.run({ before_ms: at_ms - REQUESTS_MS, keep: REQUESTS_KEPT });
    }
    if (turn.state !== null) run.saveState.run(turn.state, at_ms);
  }

  #note(at_ms: number, { code, text }: Turn['notes'][number]): void {
    const { lastInsertRowid } = this.#statements.note.run(at_ms, code, text);
    const id = Number(lastInsertRowid);
    if (id % NOTES_STEP !== 0) return;
    this.#statements.pruneNotes.run({ upTo: id - NOTES_KEPT, most: 10 * NOTES_STEP });
  }
}
