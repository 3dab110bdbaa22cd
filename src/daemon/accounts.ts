/**
 * The accounts of a fleet: which instances trade on one, and what they make together. PURE.
 * A paper instance is an account by itself; live ones with one key at
 * one venue share one.
 */
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { AccountView, FleetRow } from '../contract/console-api.ts';
import type { StatusView } from '../contract/instance-api.ts';
import type { LoadedConfig } from '../registry/index.ts';
import type { RowParts } from './instance-rows.ts';

/** A row with the figures it was made of. */
export interface AccountMember {
  readonly row: FleetRow;
  readonly status: StatusView | null;
}

/** Accounts by name. One that is traded in two currencies is told once for each. */
export function accountViews(members: readonly AccountMember[]): AccountView[] {
  const groups = new Map<string, AccountMember[]>();
  for (const member of members) {
    const { account, quote } = member.row;
    if (account === null || quote === null) continue;
    const key = `${account} ${quote}`;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => viewOf(group));
}

function viewOf(group: readonly AccountMember[]): AccountView[] {
  const [first] = group;
  if (first === undefined) return [];
  const { account, venue, mode, quote } = first.row;
  const sum = (of: (row: FleetRow) => string | null) =>
    formatMoney(group.reduce((total, { row }) => total + (parseMoney(of(row) ?? '0') ?? 0n), 0n));
  // All of one account tell the same equity; the newest word counts.
  const told = group.flatMap(({ status }) => status ?? []);
  const newest = told.reduce<StatusView | null>(
    (best, one) => (best === null || one.updated_at > best.updated_at ? one : best),
    null,
  );
  return [
    {
      account: account ?? '',
      venue: venue ?? '',
      mode: mode === 'live' ? 'live' : 'paper',
      quote: quote ?? '',
      instances: group.map(({ row }) => row.id),
      equity: newest?.equity ?? null,
      grid_profit: sum((row) => row.grid_profit),
      total_pnl: sum((row) => row.total_pnl),
      total_24h: sum((row) => row.total_24h),
      worst: [],
      max_loss: null,
    },
  ];
}

/** Looks accounts up by `name`, once for each config as it was read. */
export function accountsOf(
  name: (loaded: LoadedConfig) => string | null,
): (parts: RowParts) => string | null {
  const known = new WeakMap<LoadedConfig, { readonly account: string | null }>();
  return ({ id, loaded, status, external }) => {
    if (external) return null;
    if (loaded === null) return status?.mode === 'paper' ? `paper ${id}` : null;
    const account = known.get(loaded) ?? { account: name(loaded) };
    known.set(loaded, account);
    return account.account;
  };
}
