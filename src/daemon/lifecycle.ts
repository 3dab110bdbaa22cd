/**
 * The states of an instance's process, as a full table: every state has an answer to every event,
 * and nothing else changes a state. PURE. Invariant: `spawn` is taken only where no process can be
 * alive.
 */
import type { ProcessState } from '../contract/instance-api.ts';

/**
 * What can happen to a process. `spawn`: one is being started; `adopt`: a living one was found;
 * `miss`: three health checks failed; `stop`: it is being ended on request; `end`: it ended as
 * asked; `finish`: its work is done; `retry`: it ended and will be started again; `fail`: it stays
 * down.
 */
export const LIFECYCLE_EVENTS = [
  'spawn',
  'adopt',
  'ready',
  'degrade',
  'miss',
  'stop',
  'end',
  'finish',
  'retry',
  'fail',
] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

type Row = Readonly<Record<LifecycleEvent, ProcessState | 'ignored'>>;

const DOWN: Row = {
  spawn: 'starting',
  adopt: 'starting',
  ready: 'ignored',
  degrade: 'ignored',
  miss: 'ignored',
  stop: 'stopped',
  end: 'stopped',
  finish: 'ignored',
  retry: 'ignored',
  fail: 'failed',
};

const UP: Row = {
  spawn: 'ignored',
  adopt: 'ignored',
  ready: 'running',
  degrade: 'degraded',
  miss: 'unhealthy',
  stop: 'stopping',
  end: 'stopped',
  finish: 'finished',
  retry: 'backoff',
  fail: 'failed',
};

const TABLE: Readonly<Record<ProcessState, Row>> = {
  stopped: DOWN,
  failed: DOWN,
  // The end that was already told stays told: a stop after it changes the wish, not the fact.
  finished: { ...DOWN, end: 'ignored' },
  backoff: { ...DOWN, retry: 'backoff' },
  starting: UP,
  running: UP,
  degraded: UP,
  // It is being replaced: a late sign of life does not call that off.
  unhealthy: { ...UP, ready: 'ignored', degrade: 'ignored', miss: 'ignored' },
  // A restart goes from stopping straight to its next process.
  stopping: {
    ...UP,
    spawn: 'starting',
    ready: 'ignored',
    degrade: 'ignored',
    miss: 'ignored',
    stop: 'ignored',
    retry: 'backoff',
  },
};

/** The state after `event`; null when the event means nothing in `state`, which then stays. */
export function nextState(state: ProcessState, event: LifecycleEvent): ProcessState | null {
  const next = TABLE[state][event];
  return next === 'ignored' ? null : next;
}

/** Whether a process exists in `state`. */
export function isUp(state: ProcessState): boolean {
  return ['starting', 'running', 'degraded', 'unhealthy', 'stopping'].includes(state);
}
