/**
 * The disk under the real books: full for a while, slow, and a crash before or after any commit.
 * The database itself is SQLite in memory and survives its processes, as a file would.
 */
import type { Books, Turn } from '../../src/store/index.ts';
import { Killed } from './clock.ts';
import type { Life } from './clock.ts';
import type { FaultPlan } from './faults.ts';

/** The state of the disk, for all processes. */
export interface Disk {
  full: boolean;
}

export interface DiskParts {
  readonly life: Life;
  readonly disk: Disk;
  readonly faults: FaultPlan;
  /** Told of every turn that is stored. */
  readonly committed: (turn: Turn) => void;
}

const WRITES = /^(commit|set|save|add|put|store|reserve|book[A-Z]|delete|record)/;

/** The books as one process holds them. */
export function onDisk(books: Books, parts: DiskParts): Books {
  return new Proxy(books, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const method = value as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        parts.life.assertAlive();
        if (typeof key === 'string' && WRITES.test(key)) return write(parts, key, args, run);
        return run();

        function run(): unknown {
          return method.apply(target, args);
        }
      };
    },
  });
}

function write(parts: DiskParts, key: string, args: unknown[], run: () => unknown): unknown {
  const { life, disk, faults, committed } = parts;
  if (faults.strikes('kill_before_commit') !== null) die(life, `before ${key}`);
  if (disk.full) {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }
  const slow = faults.strikes('slow_disk');
  if (slow !== null) life.busyUntil = life.schedule.time + slow.whole(50, 8000);
  const result = run();
  if (key === 'commit') committed(args[0] as Turn);
  if (key === 'commitAll') for (const turn of args[0] as Turn[]) committed(turn);
  if (faults.strikes('kill_after_commit') !== null) die(life, `after ${key}`);
  return result;
}

function die(life: Life, when: string): never {
  life.end(when);
  throw new Killed(when);
}
