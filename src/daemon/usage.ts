/** CPU and memory of processes with all they started. The only home of pidusage. */
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import pidusage from 'pidusage';
import type { Clock } from '../platform/clock.ts';

/**
 * Sums over a root and its members: CPU in percent of one core since the last sample, resident
 * memory in MiB (pages that members share count once for each of them).
 */
export interface Usage {
  readonly cpu_percent: number;
  readonly memory_mb: number;
  readonly processes: number;
}

/** Each sampled process holds a file open for a while: a fork bomb must not take ours. */
const MOST_MEMBERS = 200;
const FORGET_MS = 10_000;
/** By then pidusage has closed what it knows of. */
const LOST_MS = 3 * FORGET_MS;

/** Samples what processes use. */
export class UsageSampler {
  readonly #clock: Pick<Clock, 'monotonic' | 'now'>;
  #turnAt = 0;
  /** The latest that the wall clock showed, by which pidusage forgets; and until the last turn. */
  #latest = 0;
  #latestBefore = 0;
  #recent = new Set<number>();
  #before = new Set<number>();

  constructor(clock: Pick<Clock, 'monotonic' | 'now'>) {
    this.#clock = clock;
  }

  /**
   * Usage by root; `trees`: pids of the members by root, the root first. Roots that are gone are
   * absent. Beyond 200 members in all the rest is left out. Never rejects.
   */
  async sample(trees: ReadonlyMap<number, readonly number[]>): Promise<Map<number, Usage>> {
    const found = new Map<number, Usage>();
    const members = [...trees.values()].flatMap((pids) => pids.slice(1)).slice(0, MOST_MEMBERS);
    const all = [...trees.keys(), ...members];
    this.#closeLost(all);
    if (all.length === 0) return found;
    try {
      const stats = await pidusage(all, { maxage: FORGET_MS });
      for (const [root, pids] of trees) {
        // A process that ended between two samples comes back as null although its type says not.
        const living = pids.flatMap((pid) => stats[pid] ?? []);
        if ((stats[root] ?? null) === null) continue;
        found.set(root, {
          cpu_percent: tenths(living.reduce((sum, { cpu }) => sum + cpu, 0)),
          memory_mb: tenths(living.reduce((sum, { memory }) => sum + memory, 0) / 1048576),
          processes: living.length,
        });
      }
    } catch {
      // None of them lives: no figures.
    }
    return found;
  }

  /**
   * pidusage opens /proc/<pid>/stat, and where the process ends before the first read it forgets
   * the descriptor. What is open of processes that were not sampled for long is such a one.
   */
  #closeLost(sampled: readonly number[]): void {
    for (const pid of sampled) this.#recent.add(pid);
    const [now, wall] = [this.#clock.monotonic(), this.#clock.now()];
    this.#latest = Math.max(this.#latest, wall);
    if (now - this.#turnAt < LOST_MS) return;
    // Set back, that clock has pidusage hold on longer: it would close again what is closed here,
    // perhaps another file under the same number.
    const forgot = wall >= this.#latestBefore + 2 * FORGET_MS;
    for (const { fd, pid } of forgot ? openStats() : []) {
      if (!this.#recent.has(pid) && !this.#before.has(pid)) closeSync(fd);
    }
    this.#latestBefore = this.#latest;
    [this.#turnAt, this.#before, this.#recent] = [now, this.#recent, new Set()];
  }
}

/** The /proc/<pid>/stat files this process holds open. */
function openStats(): { fd: number; pid: number }[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const found = /^\/proc\/(\d+)\/stat$/.exec(readlinkSync(`/proc/self/fd/${fd}`));
      return found === null ? [] : { fd: Number(fd), pid: Number(found[1]) };
    } catch {
      // The folder's own descriptor, closed by now.
      return [];
    }
  });
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
