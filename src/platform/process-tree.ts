/**
 * Which processes belong to which root: descendants, members of the group it leads, and carriers of
 * its mark. One listing of /proc a look; only processes not seen before and members are read, so
 * that a quiet machine costs next to nothing. A member stays one when its parent dies.
 */
import { readdirSync } from 'node:fs';
import { processMark, processStat } from './process-identity.ts';

/** A process we started; `mark`: what it and its descendants carry as GRIDD_MARK. */
export interface TreeRoot {
  readonly pid: number;
  readonly mark: string;
}

interface Seen {
  readonly start: string;
  readonly parent: number;
  readonly group: number;
  readonly mark: string | null;
  root: number | null;
}

/** After so many looks everything is read anew: a pid may have changed hands unseen. */
const LOOKS_UNTIL_ANEW = 20;
const DEEPEST = 100;

export class ProcessTrees {
  readonly #seen = new Map<number, Seen>();
  #looks = 0;

  /** Pids of the living members of each root, by root pid; the root comes first. */
  members(roots: readonly TreeRoot[]): Map<number, number[]> {
    const trees = new Map(roots.map(({ pid }) => [pid, [pid]]));
    if (roots.length === 0) {
      this.#seen.clear();
      return trees;
    }
    this.#look();
    const marks = new Map(roots.map(({ pid, mark }) => [mark, pid]));
    for (const [pid, seen] of this.#seen) {
      if (trees.has(pid)) continue;
      if (seen.root === null || !trees.has(seen.root)) seen.root = this.#rootOf(seen, trees, marks);
      if (seen.root !== null) trees.get(seen.root)?.push(pid);
    }
    return trees;
  }

  #look(): void {
    const anew = this.#looks % LOOKS_UNTIL_ANEW === 0;
    this.#looks += 1;
    const present = new Set<number>();
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      // The supervisor is nobody's member, even one that was started from inside a bot.
      if (!Number.isInteger(pid) || pid === process.pid) continue;
      const before = this.#seen.get(pid);
      if (before !== undefined && before.root === null && !anew) {
        present.add(pid);
        continue;
      }
      const stat = processStat(pid);
      if (stat === null) continue;
      present.add(pid);
      if (before !== undefined && before.root !== null && before.start === stat.startTime) continue;
      const { startTime: start, parent, group } = stat;
      this.#seen.set(pid, { start, parent, group, mark: processMark(pid), root: null });
    }
    for (const pid of this.#seen.keys()) if (!present.has(pid)) this.#seen.delete(pid);
  }

  #rootOf(
    seen: Seen,
    trees: ReadonlyMap<number, unknown>,
    marks: ReadonlyMap<string, number>,
  ): number | null {
    let above: Seen | undefined = seen;
    for (let depth = 0; above !== undefined && depth < DEEPEST; depth += 1) {
      if (trees.has(above.parent)) return above.parent;
      above = this.#seen.get(above.parent);
      if (above !== undefined && above.root !== null && trees.has(above.root)) return above.root;
    }
    if (trees.has(seen.group)) return seen.group;
    return seen.mark === null ? null : (marks.get(seen.mark) ?? null);
  }
}
