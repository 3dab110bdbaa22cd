/**
 * The budgets of all keys of the fleet: takes what bots report, has it divided, and tells each bot
 * its share. Bots of one key share; a bot without a line goes on with its last share, which nobody
 * else is given meanwhile.
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

export class KeyBudgets {
  readonly #clock: Clock;
  readonly #members: () => readonly KeyMember[];
  readonly #keys = new Map<string, KeyShares>();
  /** The line on which each process reported last; a report on another voids what was told. */
  readonly #lines = new Map<string, BotConnection>();
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

  /** A bot says what it takes of its key. */
  report(connection: BotConnection, said: Report): void {
    const { id, generation } = connection.hello;
    const holder = holderOf(id, generation);
    const name = `${said.venue} ${said.key}`;
    const shares = this.#keys.get(name) ?? new KeyShares();
    this.#keys.set(name, shares);
    const anew = this.#lines.get(holder) !== connection;
    this.#lines.set(holder, connection);
    shares.report(holder, said, anew, this.#clock.monotonic());
    this.#divide(shares);
  }

  /** The regular look: ends are noticed, and what has become free is given on. */
  look(): void {
    for (const [name, shares] of this.#keys) {
      this.#divide(shares);
      if (shares.isEmpty) this.#keys.delete(name);
    }
  }

  #divide(shares: KeyShares): void {
    const now = this.#clock.monotonic();
    const members = this.#members();
    const lines = new Map<string, BotConnection | null>();
    for (const { id, process } of members) {
      if (process !== null) lines.set(holderOf(id, process.generation), process.connection);
    }
    for (const holder of [...this.#lines.keys()]) {
      if (!lines.has(holder)) this.#lines.delete(holder);
    }
    for (const holder of shares.living) if (!lines.has(holder)) shares.end(holder, now);
    const unheard = members.filter((member) => mayBegin(member) && !this.#heard(member));
    const settled = unheard.every(({ process }) => process === null || holdsNothing(process));
    const reachable = (holder: string) => (lines.get(holder) ?? null) !== null;
    const grants = shares.divide({ expected: unheard.length, settled, reachable, now });
    for (const { holder, share } of grants) lines.get(holder)?.send({ type: 'share', share });
  }

  #heard({ id, process }: KeyMember): boolean {
    return process !== null && this.#lines.has(holderOf(id, process.generation));
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

/** Of a process that has named no key: nobody can have granted it anything. */
function holdsNothing(process: Pick<RunningProcess, 'adopted' | 'turnAgeMs'>): boolean {
  // A bot says what it holds before its first beat.
  return !process.adopted || process.turnAgeMs !== null;
}
