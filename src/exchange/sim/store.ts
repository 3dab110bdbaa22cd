/**
 * Keeps a loopback venue over restarts: one SQLite file, one transaction for everything that one
 * action changed, committed before it is answered or told. A venue killed at any point goes on
 * from its last answer.
 */
import { openDatabase, migrate } from '../../platform/sqlite.ts';
import { assert } from '../../contract/assert.ts';
import type { Account as Sums } from '../matching/account.ts';
import type { AccountFacts } from './account.ts';
import type { MarketState } from './market.ts';
import type { SimFill, SimOrder, SimPayment } from './orders.ts';
import type { Changes, Counters, Records } from './records.ts';

/** Position and sums of an account on a symbol. */
export interface StoredSums {
  readonly account: string;
  readonly symbol: string;
  readonly sums: Sums;
}

/** Everything that a venue was. */
export interface StoredWorld {
  readonly counters: Counters;
  readonly accounts: readonly AccountFacts[];
  readonly sums: readonly StoredSums[];
  readonly markets: ReadonlyMap<string, MarketState>;
  readonly orders: readonly SimOrder[];
  readonly fills: readonly SimFill[];
  readonly payments: readonly SimPayment[];
}

export interface SimStore {
  /** Null at the very first opening. */
  load(): StoredWorld | null;
  commit(changes: Changes, records: Records): void;
  close(): void;
}

/** `kind` names a table of what the venue knows, `key` one thing in it, `body` all of it. */
const SCHEMA = [
  `CREATE TABLE facts (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;`,
];

type Kind = 'counters' | 'account' | 'sums' | 'market' | 'order' | 'fill' | 'payment';

/** Opens (and creates) the file of a venue. */
export function openStore(file: string): SimStore {
  const db = openDatabase(file, 'NORMAL');
  assert(migrate(db, SCHEMA), 'the file is that of a newer venue');
  const put = db.prepare<[string, string, string]>('INSERT OR REPLACE INTO facts VALUES (?, ?, ?)');
  const all = db.prepare<[string], { key: string; body: string }>(
    'SELECT key, body FROM facts WHERE kind = ?',
  );
  const write = (kind: Kind, key: string, body: unknown): void => {
    put.run(kind, key, JSON.stringify(body, asText));
  };
  const read = <T>(kind: Kind): [string, T][] =>
    all.all(kind).map(({ key, body }) => [key, JSON.parse(body, asValue) as T]);
  const commit = db.transaction((changes: Changes, records: Records) => {
    write('counters', '', records.counters);
    for (const name of changes.accounts) {
      const account = records.account(name);
      write('account', name, account.facts);
      for (const [symbol, { sums }] of account.holdings) {
        write('sums', `${name}/${symbol}`, { account: name, symbol, sums });
      }
    }
    for (const symbol of changes.markets) write('market', symbol, records.market(symbol).state);
    for (const order of changes.orders.values()) write('order', String(order.id), order);
    for (const fill of changes.fills) write('fill', String(fill.id), fill);
    for (const payment of changes.payments) write('payment', String(payment.id), payment);
  });
  return {
    load() {
      const [counters] = read<Counters>('counters');
      if (counters === undefined) return null;
      return {
        counters: counters[1],
        accounts: values(read<AccountFacts>('account')),
        sums: values(read<StoredSums>('sums')),
        markets: new Map(read<MarketState>('market')),
        orders: byId(read<SimOrder>('order')),
        fills: byId(read<SimFill>('fill')),
        payments: byId(read<SimPayment>('payment')),
      };
    },
    commit: (changes, records) => commit.immediate(changes, records),
    close: () => db.close(),
  };
}

function values<T>(rows: readonly [string, T][]): T[] {
  return rows.map(([, value]) => value);
}

function byId<T extends { readonly id: number }>(rows: readonly [string, T][]): T[] {
  return values(rows).sort((a, b) => a.id - b.id);
}

/** Money is no JSON number: it is wrapped, so that no text of a client looks like it. */
function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $money: value.toString() } : value;
}

function asValue(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$money' in value)) return value;
  return BigInt(String(value.$money));
}
