/**
 * The books of one instance: engine state, orders, fills, receipts, in one SQLite file with one
 * writer, its bot. Invariants: an order is stored before it is sent; a fill and the state after
 * it are one transaction; a trade id is booked once. It refuses a file that belongs to another
 * grid account.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FillView, OrderView, StatusView, StopReceipt } from '../contract/instance-api.ts';
import { GriddError } from '../contract/errors.ts';
import { isoTime } from '../platform/clock.ts';
import { migrate, openDatabase } from '../platform/sqlite.ts';
import type { SqliteDatabase, Synchronous } from '../platform/sqlite.ts';
import { freeIds, reserveIds, reservedIds } from './id-blocks.ts';
import { MIGRATIONS } from './schema.ts';
import { FILL_COLUMNS, ORDER_COLUMNS, fillView, orderView } from './rows.ts';
import type { FillRow, OrderRow } from './rows.ts';

/** The grid account a file belongs to (DESIGN: a store belongs to one). */
export interface Binding {
  readonly instance_id: string;
  readonly venue: string;
  readonly mode: string;
  readonly account: string;
  readonly symbol: string;
  readonly direction: string;
}

/** A new order as it is stored before it is sent. */
export interface Intent {
  readonly id: number;
  readonly client_id: string;
  readonly role: string;
  readonly gap: number | null;
  readonly side: string;
  readonly price: string | null;
  readonly size: string;
  /** Number of the layout that wanted it. */
  readonly generation: number;
}

/** A booked execution. */
export interface BookedFill {
  readonly trade_id: string;
  readonly order_id: number;
  readonly gap: number | null;
  readonly side: string;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
  readonly cycle_profit: string | null;
  readonly at_ms: number;
}

/** What happened to a stored order. */
export interface OrderUpdate {
  readonly id: number;
  readonly status: 'open' | 'cancelling' | 'filled' | 'cancelled' | 'rejected' | null;
  readonly filled?: string;
  readonly reason?: string;
  readonly venue_order_id?: string;
}

/** Everything one engine turn changes; committed whole or not at all. */
export interface Turn {
  readonly at_ms: number;
  readonly state: string;
  readonly intents: readonly Intent[];
  readonly updates: readonly OrderUpdate[];
  readonly fill?: BookedFill;
  readonly funding?: {
    readonly funding_id: string;
    readonly amount: string;
    readonly at_ms: number;
  };
  readonly notes: readonly { readonly code: string; readonly text: string }[];
  readonly meta?: Readonly<Record<string, string>>;
  readonly receipt?: StopReceipt;
  readonly request?: { readonly key: string; readonly request: string; readonly answer: string };
}

/** Whether SQLite failed for the disk's sake: full, read-only, failing or busy. */
export function isStorageFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^SQLITE_(FULL|IOERR|READONLY|BUSY|CANTOPEN)/.test(String(error.code));
}

/** Opens the books; BOOKS_BOUND, BOOKS_NEWER or BOOKS_UNREADABLE when they cannot be used. */
export function openBooks(file: string, binding: Binding, synchronous: Synchronous): Books {
  let db: SqliteDatabase;
  try {
    db = openDatabase(file, synchronous);
    if (!migrate(db, MIGRATIONS)) {
      throw new GriddError('BOOKS_NEWER', `${file} was written by a newer gridd.`);
    }
  } catch (error) {
    // A full or failing disk may mend: that is a crash and a restart, not a configuration.
    if (error instanceof GriddError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    if (isStorageFault(error)) {
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

/**
 * Moves old books to `archived/<name>.<time>.db` beside them; null when there were none. In one
 * step: what the log beside the file holds is brought into the file first.
 */
export function archiveBooks(file: string, nowMs: number): string | null {
  if (!existsSync(file)) return null;
  foldLog(file);
  const stamp = isoTime(nowMs).replace(/[:.]/g, '-');
  const folder = join(dirname(file), 'archived');
  const target = join(folder, `${basename(file, '.db')}.${stamp}.db`);
  mkdirSync(folder, { recursive: true });
  moveBooks(file, target);
  return target;
}

/** Puts archived books back in their place: what was to follow them could not begin. */
export function restoreBooks(archived: string, file: string): void {
  removeBooks(file);
  moveBooks(archived, file);
}

/** Removes books in which nothing was ever booked. */
export function removeBooks(file: string): void {
  for (const suffix of SUFFIXES) rmSync(file + suffix, { force: true });
}

const SUFFIXES = ['', '-wal', '-shm'];

function moveBooks(from: string, to: string): void {
  for (const suffix of SUFFIXES) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
  }
}

function foldLog(file: string): void {
  try {
    const db = openDatabase(file, 'FULL');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  } catch {
    // Not a readable database: it is archived as it is, with what lies beside it.
  }
}

export class Books {
  readonly db: SqliteDatabase;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #commit: (turn: Turn) => void;

  constructor(db: SqliteDatabase) {
    this.db = db;
    this.#statements = prepare(db);
    this.#commit = db.transaction((turn: Turn) => this.#write(turn));
  }

  /** Commits one turn. Throws what SQLite throws; then nothing of it is stored. */
  commit(turn: Turn): void {
    this.#commit(turn);
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

  /** The highest order number that was ever reserved; 0 before the first. */
  get reservedIds(): number {
    return reservedIds(this.db);
  }

  /** Reserves order numbers up to `upTo`: on the disk itself when this returns. */
  reserveIds(upTo: number): void {
    reserveIds(this.db, upTo);
  }

  /** See `freeIds`. */
  freeIds(wanted: Parameters<typeof freeIds>[1]): number | null {
    return freeIds(this.db, wanted);
  }

  aliveOrders(): OrderView[] {
    return this.#statements.alive.all().map(orderView);
  }

  /** Newest first. */
  fills(limit: number): FillView[] {
    return this.#statements.fills.all(limit).map(fillView);
  }

  /** The stored answer to a request with this Idempotency-Key. */
  answer(key: string): { request: string; answer: string } | null {
    return this.#statements.request.get(key) ?? null;
  }

  saveStatus(status: StatusView): void {
    this.#statements.status.run(JSON.stringify(status));
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
    if (turn.fill !== undefined) run.fill.run(turn.fill);
    if (turn.funding !== undefined) run.funding.run(turn.funding);
    for (const note of turn.notes) run.note.run(at_ms, note.code, note.text);
    for (const [key, value] of Object.entries(turn.meta ?? {})) run.setMeta.run(key, value);
    if (turn.receipt !== undefined) run.receipt.run(at_ms, JSON.stringify(turn.receipt));
    if (turn.request !== undefined) run.saveRequest.run({ ...turn.request, at_ms });
    run.saveState.run(turn.state, at_ms);
  }
}

function prepare(db: SqliteDatabase) {
  return {
    state: db.prepare<[], { state: string }>('SELECT state FROM engine'),
    saveState: db.prepare<[string, number]>(
      `INSERT INTO engine (one, state, at_ms) VALUES (1, ?, ?)
       ON CONFLICT (one) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms`,
    ),
    meta: db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?'),
    setMeta: db.prepare<[string, string]>(
      `INSERT INTO meta (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ),
    intent: db.prepare<[Intent & { at_ms: number }]>(
      `INSERT INTO orders
         (id, client_id, role, gap, side, price, size, generation, filled, status, created_ms,
          updated_ms)
       VALUES (@id, @client_id, @role, @gap, @side, @price, @size, @generation, '0', 'sent',
         @at_ms, @at_ms)`,
    ),
    // Short client ids come again after a long time: the ended order keeps a name of its own.
    giveUp: db.prepare<[string]>(
      `UPDATE orders SET client_id = client_id || '~' || id
       WHERE client_id = ? AND status IN ('filled', 'cancelled', 'rejected')`,
    ),
    update: db.prepare<[Record<string, string | number | null>]>(
      `UPDATE orders SET status = coalesce(@status, status), filled = coalesce(@filled, filled),
         reason = coalesce(@reason, reason),
         venue_order_id = coalesce(@venue_order_id, venue_order_id), updated_ms = @at_ms
       WHERE id = @id`,
    ),
    fill: db.prepare<[BookedFill]>(
      `INSERT INTO fills (trade_id, order_id, gap, side, price, size, fee, cycle_profit, at_ms)
       VALUES (@trade_id, @order_id, @gap, @side, @price, @size, @fee, @cycle_profit, @at_ms)`,
    ),
    hasFill: db.prepare<[string], { x: number }>('SELECT 1 x FROM fills WHERE trade_id = ?'),
    lastTrade: db.prepare<[], { trade_id: string }>(
      'SELECT trade_id FROM fills ORDER BY rowid DESC LIMIT 1',
    ),
    funding: db.prepare<[{ funding_id: string; amount: string; at_ms: number }]>(
      'INSERT INTO funding (funding_id, amount, at_ms) VALUES (@funding_id, @amount, @at_ms)',
    ),
    hasFunding: db.prepare<[string], { x: number }>(
      'SELECT 1 x FROM funding WHERE funding_id = ?',
    ),
    orderId: db.prepare<[string], { id: number }>('SELECT id FROM orders WHERE client_id = ?'),
    madeAt: db.prepare<[number], { created_ms: number }>(
      'SELECT created_ms FROM orders WHERE id = ?',
    ),
    alive: db.prepare<[], OrderRow>(
      `SELECT ${ORDER_COLUMNS} FROM orders
       WHERE status IN ('sent', 'open', 'cancelling') ORDER BY id`,
    ),
    fills: db.prepare<[number], FillRow>(
      `SELECT ${FILL_COLUMNS} FROM fills ORDER BY rowid DESC LIMIT ?`,
    ),
    note: db.prepare<[number, string, string]>(
      'INSERT INTO events (at_ms, code, text) VALUES (?, ?, ?)',
    ),
    receipt: db.prepare<[number, string]>('INSERT INTO receipts (at_ms, body) VALUES (?, ?)'),
    request: db.prepare<[string], { request: string; answer: string }>(
      'SELECT request, answer FROM requests WHERE key = ?',
    ),
    saveRequest: db.prepare<[{ key: string; request: string; answer: string; at_ms: number }]>(
      `INSERT INTO requests (key, request, answer, at_ms)
       VALUES (@key, @request, @answer, @at_ms)`,
    ),
    status: db.prepare<[string]>(
      `INSERT INTO status (one, body) VALUES (1, ?)
       ON CONFLICT (one) DO UPDATE SET body = excluded.body`,
    ),
  };
}
