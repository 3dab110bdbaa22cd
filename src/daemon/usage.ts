/** CPU and memory of processes. The only home of pidusage. */
import pidusage from 'pidusage';

/** CPU in percent of one core since the last sample, resident memory in MiB. */
export interface Usage {
  readonly cpu_percent: number;
  readonly memory_mb: number;
}

/** Usage by pid; processes that are gone are absent. Never rejects. */
export async function sampleUsage(pids: readonly number[]): Promise<Map<number, Usage>> {
  const found = new Map<number, Usage>();
  if (pids.length === 0) return found;
  try {
    const stats = await pidusage([...pids]);
    for (const [pid, stat] of Object.entries(stats)) {
      // A process that ended between two samples comes back as null although its type says not.
      if (stat === null || stat === undefined) continue;
      found.set(Number(pid), {
        cpu_percent: Math.round(stat.cpu * 10) / 10,
        memory_mb: Math.round((stat.memory / 1048576) * 10) / 10,
      });
    }
  } catch {
    // None of them lives: no figures.
  }
  return found;
}
