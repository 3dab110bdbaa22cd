/**
 * Refuses a grid that would let its account lose more than the least `max_account_loss` of the
 * account's configs in its currency. What runs tells its own edges; what is to begin is designed
 * first, on the rules that are known here. What cannot be judged is allowed, with a warning.
 */
import { GriddError } from '../contract/errors.ts';
import type { StatusView } from '../contract/instance-api.ts';
import type { EdgeView } from '../contract/instance-views.ts';
import type { AdjustRequest } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { allowedSaid, problemSaid, say } from '../contract/sentences.ts';
import type { Telling } from '../contract/sentences.ts';
import type { Home } from '../platform/paths.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { atStake } from './accounts.ts';
import type { AccountParts } from './accounts.ts';
import { leastLimit, lossExcess } from './account-worst-case.ts';
import type { LossExcess } from './account-worst-case.ts';
import { designOf } from './config-check.ts';
import type { RowParts } from './instance-rows.ts';

/** An instance that is known, as far as its account goes. */
export interface AccountPeer {
  readonly id: string;
  readonly account: string | null;
  /** Currency of its figures; null: not known. */
  readonly quote: string | null;
  readonly loaded: LoadedConfig | null;
  readonly status: StatusView | null;
  /** It has a process, or holds a position. */
  readonly counts: boolean;
}

export interface AccountLimitParts {
  readonly home: Home;
  peers(): readonly AccountPeer[];
  accountOf(loaded: LoadedConfig): string | null;
}

/** What is warned of where a limit holds that cannot be judged; null: nothing. */
export type LimitWarning = Note | null;

/** A grid that is judged, before and after. */
interface Judged {
  readonly before: readonly EdgeView[];
  readonly after: readonly EdgeView[];
  /** Designed on the present rules of its venue. */
  readonly certain: boolean;
  /** Null: not known for certain. */
  readonly quote: string | null;
}

export class AccountLimit {
  readonly #parts: AccountLimitParts;
  /** Grids whose start was allowed, until they tell their own edges: starts come together. */
  readonly #reserved = new Map<string, Pick<Judged, 'after' | 'quote'>>();

  constructor(parts: AccountLimitParts) {
    this.#parts = parts;
  }

  /** The limit over all instances that a supervisor knows. */
  static over(
    home: Home,
    known: () => readonly RowParts[],
    accountOf: (parts: AccountParts) => string | null,
  ): AccountLimit {
    return new AccountLimit({
      home,
      peers: () =>
        known().map((one) => ({
          ...{ id: one.id, loaded: one.loaded, status: one.status, counts: atStake(one) },
          ...{ account: accountOf(one), quote: one.status?.quote ?? null },
        })),
      accountOf: (loaded) => accountOf({ id: loaded.id, loaded, status: null, external: false }),
    });
  }

  /** Judges a start of `loaded` and keeps its share; throws ACCOUNT_LOSS. */
  beforeStart(loaded: LoadedConfig): Promise<LimitWarning> {
    return this.#beforeStart(loaded, (share) => this.#reserved.set(loaded.id, share));
  }

  /** As `beforeStart`, of a start that is only thought of: no share is kept or let go. */
  judgeStart(loaded: LoadedConfig): Promise<LimitWarning> {
    return this.#beforeStart(loaded, () => undefined);
  }

  async #beforeStart(
    loaded: LoadedConfig,
    keep: (share: Pick<Judged, 'after' | 'quote'>) => void,
  ): Promise<LimitWarning> {
    const found = this.#account(loaded);
    if (found === null) return null;
    const { grid, note } = await designOf(this.#parts.home, loaded);
    if (grid === null || grid.edges.length === 0) return notJudged(loaded.id, found.limit, note);
    const { certain, edges: after, view } = grid;
    const quote = certain ? (view?.market.quote ?? null) : null;
    const warning = this.#judge(loaded, found.account, { before: [], after, certain, quote });
    keep({ after, quote });
    return warning;
  }

  /** A start that was allowed came to nothing. */
  release(id: string): void {
    this.#reserved.delete(id);
  }

  /** Judges a running instance's grid as `next` has it; throws ACCOUNT_LOSS. */
  async beforeReload(next: LoadedConfig, status: StatusView | null): Promise<LimitWarning> {
    return this.#beforeChange(next, status, next);
  }

  /** Judges an adjust; throws ACCOUNT_LOSS. */
  async beforeAdjust(
    loaded: LoadedConfig,
    status: StatusView | null,
    request: AdjustRequest,
  ): Promise<LimitWarning> {
    if (status === null) return null;
    const { position: _position, dry_run: _dry, ...values } = request;
    const now = inForce(loaded, status);
    const config = withValues(now.config, values);
    return this.#beforeChange(loaded, status, { ...now, config });
  }

  async #beforeChange(
    loaded: LoadedConfig,
    status: StatusView | null,
    next: LoadedConfig,
  ): Promise<LimitWarning> {
    const found = this.#account(loaded);
    if (found === null || status === null) return null;
    const { home } = this.#parts;
    const price = { price: status.price };
    const before = await designOf(home, inForce(loaded, status), price);
    const after = await designOf(home, next, price);
    // What cannot be designed its bot will refuse.
    if (before.grid === null || after.grid === null || after.grid.edges.length === 0) return null;
    const { certain, edges } = after.grid;
    const grids = { before: before.grid.edges, after: edges };
    return this.#judge(loaded, found.account, { ...grids, certain, quote: status.quote });
  }

  #judge(loaded: LoadedConfig, account: string, grid: Judged): LimitWarning {
    const { id } = loaded;
    const { before, after, certain, quote } = grid;
    const peers = this.#othersOn(account, id).filter((one) => this.#adds(one, quote));
    const limit = leastLimit([loaded, ...peers.map((one) => one.loaded)].map(limitOf));
    if (limit === null) return null;
    const told = peers.map((peer) => ({ id: peer.id, edges: this.#edgesOf(peer) }));
    const others = told.map(({ edges }) => edges ?? []);
    const excess = lossExcess({ limit, others, before, after });
    if (excess !== null) throw refusal(id, account, excess);
    const silent = told.filter(({ edges }) => edges === null);
    if (silent.length > 0) {
      const names = silent.map((one) => one.id).join(', ');
      return codedSaid(say('loss_not_counted', { limit, names }));
    }
    if (certain) return null;
    return codedSaid(say('loss_by_records', { limit }));
  }

  #othersOn(account: string, id: string): AccountPeer[] {
    return this.#parts.peers().filter((one) => one.account === account && one.id !== id);
  }

  /** Two currencies are never added; where one is not known it may be the same. */
  #adds({ id, quote: told }: AccountPeer, quote: string | null): boolean {
    const its = told ?? this.#reserved.get(id)?.quote ?? null;
    return its === null || quote === null || its === quote;
  }

  /** What a grid puts at stake; null: it does, and nobody knows how much. */
  #edgesOf({ id, counts, status }: AccountPeer): readonly EdgeView[] | null {
    const reserved = this.#reserved.get(id)?.after;
    const own = counts ? (status?.edges ?? null) : [];
    if (counts && own !== null) this.#reserved.delete(id);
    return counts ? (own ?? reserved ?? null) : (reserved ?? []);
  }

  /** The account of a config, a limit on it; null where none is known or no limit is set. */
  #account(loaded: LoadedConfig): { account: string; limit: string } | null {
    if (loaded.program !== null) return null;
    const account = this.#parts.accountOf(loaded);
    if (account === null) return null;
    const configs = this.#othersOn(account, loaded.id).map((one) => one.loaded);
    const limit = leastLimit([loaded, ...configs].map(limitOf));
    return limit === null ? null : { account, limit };
  }
}

/** `max_account_loss` of a config as text; null: none. */
export function limitOf(loaded: LoadedConfig | null): string | null {
  const limit = loaded?.config.exchange_config.max_account_loss;
  return limit === undefined ? null : String(limit);
}

/** The config with the grid that runs: an adjust may have moved it since the file was taken. */
function inForce(loaded: LoadedConfig, status: StatusView): LoadedConfig {
  const { lower, upper, grids, quantity_per_grid } = status;
  const change = { grid_lower_price: lower, grid_upper_price: upper, grid_num: grids };
  return {
    ...loaded,
    config: withValues(loaded.config, { ...change, order_quantity: quantity_per_grid }),
  };
}

type Values = Omit<AdjustRequest, 'position' | 'dry_run'>;

function withValues(config: InstanceConfig, values: Values): InstanceConfig {
  const { order_quantity, investment, ...rest } = config.strategy_config;
  const sized = values.order_quantity !== undefined || values.investment !== undefined;
  const size = sized ? {} : { order_quantity, investment };
  const given = Object.entries({ ...rest, ...size, ...values }).filter(([, one]) => {
    return one !== undefined;
  });
  const strategy_config = Object.fromEntries(given) as InstanceConfig['strategy_config'];
  return { ...config, strategy_config };
}

function notJudged(id: string, limit: string, note: Telling | null): Note {
  return codedSaid(say('loss_not_judged', { limit, id, why: note ?? say('no_design_here') }));
}

function refusal(id: string, account: string, excess: LossExcess): GriddError {
  const { side, limit, loss, own, others } = excess;
  const filled = side === 'buys_filled' ? 'every buy' : 'every sell';
  const message =
    `With ${filled} filled the account "${account}" would lose ${loss}, more than its ` +
    `max_account_loss ${limit}: ${own} by the grid of ${id}, ${others} by the others on it.`;
  const problems = [
    {
      path: 'exchange_config.max_account_loss',
      found: loss,
      rule: 'account_loss' as const,
      ...problemSaid(say('loss_passed')),
      ...allowedSaid(say('at_most', { value: limit })),
    },
  ];
  return new GriddError('ACCOUNT_LOSS', message, { problems });
}
