/** What an ended process means: a full decision over intent, wish and exit code. PURE. */
import { BOT_EXIT } from '../contract/errors.ts';

/**
 * Why we are ending a process ourselves: a user's stop or restart, our own end, a replacement; or
 * why it ends by itself: the one run in safe mode of a failed instance, or a run for a panic.
 */
export type EndIntent = 'stop' | 'restart' | 'shutdown' | 'replace' | 'safe' | 'panic';

/**
 * Whether the one who ends the process goes on after its end and sees to its whole group; otherwise
 * the next process may follow at once.
 */
export function endsByStep(intent: EndIntent | null): boolean {
  return intent !== null && intent !== 'replace';
}

export interface EndedProcess {
  readonly intent: EndIntent | null;
  readonly desired: 'running' | 'stopped';
  readonly code: number | null;
  readonly external: boolean;
  readonly auto_restart: boolean;
}

/**
 * `handover`: who ended it goes on (a restart, a safe run, a panic); `adopt`: another process holds
 * the lock; the others are events of the lifecycle.
 */
export type ExitDecision = 'end' | 'finish' | 'fail' | 'retry' | 'handover' | 'adopt';

/** What follows from the end of a process. */
export function decideExit(ended: EndedProcess): ExitDecision {
  if (ended.intent === 'stop' || ended.intent === 'shutdown') return 'end';
  const { intent } = ended;
  if (intent === 'restart' || intent === 'safe' || intent === 'panic') return 'handover';
  if (ended.desired === 'stopped') return 'end';
  // What an external program means by such a code is its own affair: there it is a crash.
  const telling = ended.external ? null : ended.code;
  if (telling === BOT_EXIT.configuration) return 'fail';
  if (telling === BOT_EXIT.done) return 'finish';
  if (telling === BOT_EXIT.lock_held) return 'adopt';
  // A replacement is our doing, not a crash: auto_restart does not forbid it.
  if (!ended.auto_restart && ended.intent === null) return ended.code === 0 ? 'end' : 'fail';
  return 'retry';
}
