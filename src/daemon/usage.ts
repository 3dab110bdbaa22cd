/** CPU and memory of processes with all they started. The only home of pidusage. */
import pidusage from 'pidusage';

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

/**
 * Usage by root; `trees`: pids of the members by root, the root first. Roots that are gone are
 * absent. Beyond 200 members in all the rest is left out. Never rejects.
 */
export async function sampleUsage(
  trees: ReadonlyMap<number, readonly number[]>,
): Promise<Map<number, Usage>> {
  const found = new Map<number, Usage>();
  if (trees.size === 0) return found;
  const members = [...trees.values()].flatMap((pids) => pids.slice(1)).slice(0, MOST_MEMBERS);
  try {
    const stats = await pidusage([...trees.keys(), ...members], { maxage: FORGET_MS });
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

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
