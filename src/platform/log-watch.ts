/**
 * Keeps one log folder in its bounds, look by look: `log_max_mb` at each look, whole days each
 * `log_cleanup_interval`. A look costs a stat per file being written; folders are listed only when
 * a part was begun or the bound is passed. Supervisor and bot may look after the same folder: what
 * one has done the other finds done.
 */
import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { localDate } from './clock.ts';
import type { Clock } from './clock.ts';
import { RAW_NAMES, bytesOnDisk, cleanLogs, logBytes } from './log-retention.ts';
import type { CleanUp, RetentionLimits } from './log-retention.ts';
import { RemovedOutput } from './removed-output.ts';

/** Where to look and what holds there. */
export interface LogFolder {
  readonly dir: string;
  readonly limits: RetentionLimits & { readonly log_cleanup_interval: number };
  /** Pid whose raw output is to be moved where its file was removed; null: nobody's. */
  readonly writer: number | null;
  readonly clock: Clock;
}

/** Something that was done or could not be done. */
export interface LogNews {
  readonly level: 'info' | 'warn';
  readonly sentence: string;
}

/** The dated logs an instance has, and the supervisor's own. */
export const INSTANCE_LOGS = ['bot_stdout.log', 'bot_stderr.log', 'daemon.log'] as const;
export const SUPERVISOR_LOGS = ['supervisor.log'] as const;

const MIB = 1_048_576;
/** Between two tries where holes cannot be punched. */
const RETRY_MS = 60_000;

export class LogWatch {
  readonly #names: readonly string[];
  readonly #removed = { stdout: new RemovedOutput(1), stderr: new RemovedOutput(2) };
  #cleanedAt: number | null = null;
  #retryAt: number | null = null;
  #files = '';
  /** Disk of the parts that nobody writes any more. */
  #closedBytes = 0;
  #looking = false;
  #fault: string | null = null;

  /** `names`: the dated logs of the folder. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** One look; resolves with what there is to tell, each fault once. Never rejects. */
  async look(folder: LogFolder): Promise<LogNews | null> {
    if (this.#looking) return null;
    this.#looking = true;
    try {
      const told = await this.#look(folder);
      this.#fault = null;
      return told;
    } catch (error) {
      const sentence = `the log folder could not be looked after: ${String(error)}`;
      if (sentence === this.#fault) return null;
      this.#fault = sentence;
      return { level: 'warn', sentence };
    } finally {
      this.#looking = false;
    }
  }

  async #look(folder: LogFolder): Promise<LogNews | null> {
    const { dir, limits, writer, clock } = folder;
    const now = clock.monotonic();
    const most = limits.log_max_mb * MIB;
    const raw = await this.#lookAtRaw(dir, writer, most / 8);
    const due =
      this.#cleanedAt === null || now - this.#cleanedAt >= limits.log_cleanup_interval * 1000;
    const day = localDate(clock.now());
    const dated = this.#names.map((name) => statOf(join(dir, day, name)));
    const written = [...raw, ...dated].filter((stat) => stat !== null);
    const files = [dir, ...written.map(({ ino }) => ino)].join(' ');
    const bytes = sizeOf(written);
    if (files !== this.#files) this.#closedBytes = Math.max(0, logBytes(dir) - bytes);
    this.#files = files;
    const over =
      this.#closedBytes + bytes > most || raw.some((one) => one && bytesOnDisk(one) > most / 4);
    if (!due && !over) return null;
    if (due) this.#cleanedAt = now;
    const trim = this.#retryAt === null || now >= this.#retryAt;
    const done = await cleanLogs(dir, limits, clock.now(), trim);
    // Everything is measured anew at the next look.
    this.#files = '';
    return this.#report(done, trim, now);
  }

  #report(done: CleanUp, tried: boolean, now: number): LogNews | null {
    const failed = done.untrimmed[0];
    const told = this.#retryAt !== null;
    if (tried) this.#retryAt = failed === undefined ? null : now + RETRY_MS;
    if (failed !== undefined && !told) {
      return { level: 'warn', sentence: `${failed} could not be bounded (fallocate)` };
    }
    if (done.days + done.parts === 0) return null;
    const sentence = `log clean-up removed ${done.days} old days and ${done.parts} parts`;
    return { level: 'info', sentence };
  }

  async #lookAtRaw(
    dir: string,
    writer: number | null,
    most: number,
  ): Promise<readonly (Stats | null)[]> {
    const found: (Stats | null)[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      const path = join(dir, RAW_NAMES[stream]);
      const stat = statOf(path);
      await this.#removed[stream].look(path, stat?.ino ?? null, writer, most);
      found.push(stat);
    }
    return found;
  }
}

function sizeOf(stats: readonly Stats[]): number {
  // The day's names of a program lead to its raw files: each file counts once.
  const once = new Map(stats.map((stat) => [stat.ino, bytesOnDisk(stat)]));
  return [...once.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function statOf(file: string): Stats | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
