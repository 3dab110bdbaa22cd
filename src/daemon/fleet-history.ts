/**
 * What the supervisor notes for later: ends, usage by the minute, verbs. Noting costs no disk; once
 * a second what came together is written as one transaction. It never throws and never holds
 * supervision up: what cannot be written waits within bounds, is said in the log and counted.
 */
import type { AuditQuery, AuditView, FleetExit } from '../contract/console-api.ts';
import type { AuditNote, ExitEntry, HistoryFacts, UsageMinute } from '../contract/history-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import {
  isBroken,
  isStorageFault,
  openHistory,
  setHistoryAside,
  usageMinute,
} from '../store/index.ts';
import type { FigureSample, HistoryFile, UsageSums } from '../store/index.ts';
import type { Usage } from './usage.ts';

const MINUTE_MS = 60_000;
const RETRY_MS = 10_000;
const PRUNE_MS = 3_600_000;
/** Between two lines about one and the same fault. */
const SAY_MS = 600_000;
/** Entries of each kind that wait for a disk. */
const MOST_WAITING = 500;
/** A disk that breaks every file must not be filled with them. */
const MOST_SET_ASIDE = 10;

export interface FleetHistoryParts {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the file is where it was opened. */
  present(file: string): boolean;
}

export class FleetHistory {
  readonly #parts: FleetHistoryParts;
  #file: HistoryFile | null = null;
  #exits: { instance: string; exit: ExitEntry }[] = [];
  #audit: AuditNote[] = [];
  #usage: UsageSums[] = [];
  #figures: FigureSample[] = [];
  /** How many verbs and ends were noted since the start. */
  #marks = { audit: 0, exits: 0 };
  /** The minute under way, by instance. */
  readonly #minutes = new Map<string, UsageSums>();
  #retryAt = 0;
  #pruneAt = 0;
  #said: { readonly fault: string; readonly at: number } | null = null;
  #fault: string | null = null;
  #lost = 0;
  #setAside = 0;

  constructor(parts: FleetHistoryParts) {
    this.#parts = parts;
  }

  /** Notes the end of a process. */
  exit(instance: string, exit: ExitEntry): void {
    this.#exits.push({ instance, exit });
    this.#exits = this.#bound(this.#exits);
    this.#marks.exits += 1;
  }

  /** Notes a verb of the user. */
  verb(note: AuditNote): void {
    this.#audit.push(note);
    this.#audit = this.#bound(this.#audit);
    this.#marks.audit += 1;
  }

  /** Notes what an instance had earned. */
  figure(sample: FigureSample): void {
    this.#figures.push(sample);
    this.#figures = this.#bound(this.#figures);
  }

  /** Samples of an instance from a slot on, oldest first. */
  figures(instance: string, fromSlot: number): readonly FigureSample[] {
    // Those of the slot under way came together a moment ago.
    this.flush();
    return this.#try(() => this.#open()?.figures(instance, fromSlot)) ?? [];
  }

  /** Verbs, newest first. What a disk refuses at present is not among them. */
  auditLines(query: AuditQuery): readonly AuditView[] {
    this.flush();
    return this.#try(() => this.#open()?.auditLines(query)) ?? [];
  }

  /** Ends of all instances, newest first. */
  allExits(limit: number): readonly FleetExit[] {
    this.flush();
    return this.#try(() => this.#open()?.allExits(limit)) ?? [];
  }

  /** Counters that move with each verb and each end. */
  get marks(): { readonly audit: number; readonly exits: number } {
    return this.#marks;
  }

  /** Notes a sample of an instance's usage. */
  sample(instance: string, usage: Usage): void {
    const { cpu_percent: cpu, memory_mb: memory, processes } = usage;
    const minute = Math.floor(this.#parts.clock.now() / MINUTE_MS);
    const before = this.#minutes.get(instance);
    if (before !== undefined && before.minute !== minute) this.#usage.push(before);
    const same = before?.minute === minute ? before : null;
    this.#minutes.set(instance, {
      instance,
      minute,
      cpu_sum: (same?.cpu_sum ?? 0) + cpu,
      cpu_max: Math.max(same?.cpu_max ?? 0, cpu),
      memory_sum: (same?.memory_sum ?? 0) + memory,
      memory_max: Math.max(same?.memory_max ?? 0, memory),
      processes: Math.max(same?.processes ?? 0, processes),
      samples: (same?.samples ?? 0) + 1,
    });
  }

  /** Ends of an instance's processes, newest first, with those that wait. */
  exits(instance: string): ExitEntry[] {
    this.flush();
    const kept = this.#try(() => this.#open()?.exits(instance)) ?? [];
    const waiting = this.#exits.filter((one) => one.instance === instance).reverse();
    return [...waiting.map(({ exit }) => exit), ...kept];
  }

  /** The end of one process as an earlier supervisor kept it; null: none did. */
  kept(instance: string, pid: number, generation: number): ExitEntry | null {
    // What waits is this supervisor's own, and a thousand looks must not be as many commits.
    const exits = this.#try(() => this.#open()?.exits(instance)) ?? [];
    return exits.find((exit) => exit.pid === pid && exit.generation === generation) ?? null;
  }

  /** Usage of the last day, oldest first, with the minute under way. */
  usage(instance: string): UsageMinute[] {
    // Parts of one minute come together only in the file.
    this.flush();
    const kept = this.#try(() => this.#open()?.usage(instance, this.#parts.clock.now())) ?? [];
    const waiting = this.#usage.filter((sums) => sums.instance === instance);
    const present = this.#minutes.get(instance);
    const rest = present === undefined ? waiting : [...waiting, present];
    const shown = rest.map(usageMinute);
    return [...kept.filter(({ at }) => !shown.some((minute) => minute.at === at)), ...shown];
  }

  /** What `work` makes of the file now; null: it cannot be used, `facts` says why. */
  use<T>(work: (file: HistoryFile) => T): T | null {
    return this.#try(() => {
      const file = this.#open();
      return file === null ? null : work(file);
    });
  }

  facts(): HistoryFacts {
    return { lost: this.#lost, set_aside: this.#setAside, fault: this.#fault };
  }

  /** Writes what waits, if the file takes it. */
  flush(): void {
    this.#usage.push(...this.#pastMinutes());
    this.#usage = this.#bound(this.#usage);
    if (this.#waiting === 0) return;
    this.#try(() => {
      const file = this.#open();
      if (file === null) {
        this.#lose();
        return;
      }
      const [exits, usage, audit] = [this.#exits, this.#usage, this.#audit];
      file.write({ exits, usage, audit, figures: this.#figures });
      this.#forget();
      this.#mended();
      const now = this.#parts.clock.monotonic();
      if (now < this.#pruneAt) return;
      this.#pruneAt = now + PRUNE_MS;
      file.prune(this.#parts.clock.now());
    });
  }

  /** Writes all there is, the minute under way too, and lets go of the file. */
  close(): void {
    this.#usage.push(...this.#minutes.values());
    this.#minutes.clear();
    this.#retryAt = 0;
    this.flush();
    this.#letGo();
  }

  get #waiting(): number {
    const { length } = this.#figures;
    return this.#exits.length + this.#usage.length + this.#audit.length + length;
  }

  #lose(): void {
    this.#lost += this.#waiting;
    this.#forget();
  }

  #forget(): void {
    [this.#exits, this.#usage, this.#audit, this.#figures] = [[], [], [], []];
  }

  #pastMinutes(): UsageSums[] {
    const minute = Math.floor(this.#parts.clock.now() / MINUTE_MS);
    const past = [...this.#minutes.values()].filter((sums) => sums.minute !== minute);
    for (const { instance } of past) this.#minutes.delete(instance);
    return past;
  }

  /** Null when the file is a newer gridd's, which is left alone. */
  #open(): HistoryFile | null {
    const { file, present } = this.#parts;
    // A file that was removed would be written to all the same, and nobody would read it.
    if (this.#file !== null && !present(file)) this.#letGo();
    this.#file ??= openHistory(file);
    if (this.#file === null) this.#say(`${file} was written by a newer gridd; nothing is kept`);
    return this.#file;
  }

  #try<T>(work: () => T): T | null {
    if (this.#parts.clock.monotonic() < this.#retryAt) return null;
    try {
      return work();
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  #failed(error: unknown): void {
    const { file, clock } = this.#parts;
    this.#letGo();
    this.#retryAt = clock.monotonic() + RETRY_MS;
    const why = error instanceof Error ? error.message : String(error);
    if (!isBroken(error)) {
      // Neither file nor disk is to blame: an entry that can never be written must not block more.
      const world = isStorageFault(error) || (error instanceof Error && 'syscall' in error);
      if (!world) this.#lose();
      this.#say(`${file} takes nothing: ${why}`);
      return;
    }
    if (this.#setAside >= MOST_SET_ASIDE) {
      this.#say(`${file} cannot be used: ${why}; too many were set aside already`);
      return;
    }
    try {
      const aside = setHistoryAside(file, clock.now());
      this.#setAside += 1;
      this.#retryAt = 0;
      this.#parts.log.error(`${file} cannot be used: ${why}; it was set aside as ${aside}`);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#say(`${file} cannot be used: ${why}; nor set aside: ${reason}`);
    }
  }

  #letGo(): void {
    try {
      this.#file?.close();
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the history could not be closed');
    }
    this.#file = null;
  }

  #say(fault: string): void {
    this.#fault = fault;
    const now = this.#parts.clock.monotonic();
    if (this.#said?.fault === fault && now - this.#said.at < SAY_MS) return;
    this.#said = { fault, at: now };
    this.#parts.log.error(fault);
  }

  #mended(): void {
    if (this.#fault !== null) {
      this.#parts.log.info(`the history is written again; ${this.#lost} entries were lost`);
    }
    this.#fault = null;
    this.#said = null;
  }

  #bound<T>(waiting: T[]): T[] {
    const over = waiting.length - MOST_WAITING;
    if (over <= 0) return waiting;
    this.#lost += over;
    return waiting.slice(over);
  }
}
