/** What a bot does each second, as a runner task: one at a time, and none once it is over. */
import type { Clock } from '../platform/clock.ts';
import type { Runner } from './runner.ts';

const SECOND_MS = 1000;

export interface EachSecond {
  readonly clock: Clock;
  readonly runner: Runner;
  /** True: the books are closed or about to be; nothing may begin. */
  readonly over: () => boolean;
  readonly task: () => Promise<void>;
  /** Told what a task ended with; the next second tries again. */
  readonly failed: (error: unknown) => void;
}

/** Runs `task` each second from now on, but not beside one that still waits or runs. */
export function eachSecond({ clock, runner, over, task, failed }: EachSecond): void {
  let underWay = false;
  clock.every(SECOND_MS, () => {
    // Those of an hour on a full disk would all run at once when there is room.
    if (over() || underWay) return;
    underWay = true;
    runner
      .run(task)
      .catch(failed)
      .finally(() => {
        underWay = false;
      });
  });
}
