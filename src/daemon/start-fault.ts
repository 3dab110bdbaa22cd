/**
 * What the machine refuses at a start (no space, no file handle, no process, no right) is told as
 * what it is: not a bug of ours, and with what the user can do about it.
 */
import { GriddError } from '../contract/errors.ts';

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'Free disk space, then start it again.',
  EDQUOT: 'Free disk space or raise the quota, then start it again.',
  EMFILE: 'Raise the limit of open files (ulimit -n) of the supervisor and start that anew.',
  ENFILE: 'The machine is out of file handles: end what holds them, then start it again.',
  EAGAIN: 'Raise the limit of processes (ulimit -u) or end some, then start it again.',
  ENOMEM: 'Free memory, then start it again.',
  EACCES: 'Make the folders of the instance and its program usable for you.',
  EPERM: 'Make the folders of the instance and its program usable for you.',
  EROFS: 'The home is read-only: make it writable, or choose another with --home.',
};

/** Whether only the user can mend it: input, or a conflict with what is there. */
export function isUserFault(thrown: unknown): boolean {
  return thrown instanceof GriddError && [2, 4].includes(thrown.exit);
}

/** A refusal of the machine as START_FAILED; anything else as it is. */
export function startFault(id: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof GriddError) return thrown;
  const code = 'code' in thrown ? String(thrown.code) : '';
  const hint = ADVICE[code];
  if (hint === undefined) return thrown;
  const sentence = `The process of ${id} was not started: ${thrown.message}.`;
  return new GriddError('START_FAILED', sentence, { hint });
}

/** The advice for the refusal that a spawn's message names, e.g. "spawn x EAGAIN". */
export function spawnAdvice(message: string): { hint?: string } {
  const hint = Object.entries(ADVICE).find(([code]) => message.includes(code))?.[1];
  return hint === undefined ? {} : { hint };
}
