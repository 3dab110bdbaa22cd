/**
 * The budgets of all keys of the fleet, and of the addresses by which venues count: takes what bots
 * report, has it divided, and tells each bot its shares. Bots that name one budget share it; a bot
 * without a line goes on with its last share, which nobody else is given meanwhile.
 */
import type { BotMessage } from '../contract/instance-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { BotConnection } from './bot-link.ts';
import type { Instance } from './instance.ts';
import { KeyShares } from './key-shares.ts';
import { RestartGate } from './restart-gate.ts';
import type { RunningProcess } from './running-process.ts';

type Report = Extract<BotMessage, { type: 'budget' }>;

/** What an instance is to the division of a key. */
export type KeyMember = Pick<Instance, 'id' | 'record' | 'loaded'> & {
  readonly process: Pick<
    RunningProcess,
    'adopted' | 'connection' | 'external' | 'generation' | 'ready' | 'turnAgeMs'
  > | null;
};

/** One budget that bots divide, and who has named it. */
interface Budget {
  /** As bots name it. */
  readonly key: string;
  readonly shares: KeyShares;
  /** The line on which each process reported last; a report on another voids what was told. */
  readonly lines: Map<string, BotConnection>;
}

export class KeyBudgets {
  readonly #clock: Clock;
  readonly #members: () => readonly KeyMember[];
  readonly #budgets = new Map<string, Budget>();
  readonly #starts: RestartGate;

  constructor(clock: Clock, members: () => readonly KeyMember[]) {
    this.#clock = clock;
    this.#members = members;
    this.#starts = new RestartGate(clock);
  }

  /** The turn of a start: live bots begin a few a second, so that each finds room on its key. */
  turn(mode: 'paper' | 'live'): Promise<void> {
    if (mode === 'paper') return Promise.resolve();
    return new Promise((resolve) => this.#starts.pass(resolve));
  }

  /** A bot says what it takes of a budget. */
  report(connection: BotConnection, said: Report): void {
    const { id, generation } = connection.hello;
    const holder = holderOf(id, generation);
    const { key } = said;
    const name = `${said.venue} ${key}`;
    const fresh = { key, shares: new KeyShares(), lines: new Map<string, BotConnection>() };
    const budget = this.#budgets.get(name) ?? fresh;
    this.#budgets.set(name, budget);
    const anew = budget.lines.get(holder) !== connection;
    budget.lines.set(holder, connection);
    budget.shares.report(holder, said, anew, this.#clock.monotonic());
    this.#divide(budget);
  }

  /** The regular look: ends are noticed, and what has become free is given on. */
  look(): void {
    for (const [name, budget] of this.#budgets) {
      this.#divide(budget);
      if (budget.shares.isEmpty) this.#budgets.delete(name);
    }
  }

  #divide({ key, shares, lines: heard }: Budget): void {
    const now = this.#clock.monotonic();
    const members = this.#members();
    const lines = new Map<string, BotConnection | null>();
    for (const { id, process } of members) {
      if (process !== null) lines.set(holderOf(id, process.generation), process.connection);
    }
    for (const holder of [...heard.keys()]) if (!lines.has(holder)) heard.delete(holder);
    for (const holder of shares.living) if (!lines.has(holder)) shares.end(holder, now);
    const unheard = members.filter((member) => mayBegin(member) && !this.#hasNamed(member));
    const settled = unheard.every(({ process }) => process === null || holdsNothing(process));
    const reachable = (holder: string) => (lines.get(holder) ?? null) !== null;
    const grants = shares.divide({ expected: unheard.length, settled, reachable, now });
    for (const { holder, share } of grants) {
      lines.get(holder)?.send({ type: 'share', key, share });
    }
  }

  /** Whether a process has said what it shares, all of it. */
  #hasNamed({ id, process }: KeyMember): boolean {
    if (process === null || !holdsNothing(process)) return false;
    const holder = holderOf(id, process.generation);
    return [...this.#budgets.values()].some(({ lines }) => lines.has(holder));
  }
}

function holderOf(id: string, generation: number): string {
  return `${id} ${generation}`;
}

/** Whether an instance may take part of a key that it has not named yet. */
function mayBegin({ record, loaded, process }: KeyMember): boolean {
  const due = record.desired === 'running' && record.state !== 'failed';
  if (process === null ? !due : process.external) return false;
  if (process?.ready === true && holdsNothing(process)) return false;
  return loaded === null || loaded.config.exchange_config.mode === 'live';
}

/** What a process has not named by now nobody can have granted it. */
function holdsNothing(process: Pick<RunningProcess, 'adopted' | 'turnAgeMs'>): boolean {
  // A bot says what it holds before its first beat.
  return !process.adopted || process.turnAgeMs !== null;
}
