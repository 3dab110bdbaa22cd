/**
 * Processes that a program started and that left its process group (setsid): found by the mark of
 * this home and instance, named, and ended only when asked to. The same id in another home has
 * another mark.
 */
import type { ProcessIdentity } from '../contract/instance-api.ts';
import { findMarked, isAlive, processName, signalProcess } from '../platform/process-identity.ts';
import type { Instance } from './instance.ts';

const TERM_GRACE_MS = 5_000;
const KILL_GRACE_MS = 2_000;
const POLL_MS = 50;

/** Living processes of any generation of this instance besides the one under supervision. */
export function findDescendants(instance: Instance): ProcessIdentity[] {
  const ours = `${instance.around.hash}:${instance.id}:`;
  const leader = instance.process?.identity.pid;
  return findMarked((mark) => mark.startsWith(ours)).filter(({ pid }) => pid !== leader);
}

/** Names for an answer, e.g. "pid 4711 (sleep)". */
export function namesOf(processes: readonly ProcessIdentity[]): string {
  return processes.map(({ pid }) => `pid ${pid} (${processName(pid)})`).join(', ');
}

/** SIGTERM, then SIGKILL; resolves with those that live even after that. */
export async function endDescendants(
  instance: Instance,
  processes: readonly ProcessIdentity[],
): Promise<readonly ProcessIdentity[]> {
  const { clock } = instance.around;
  let left = processes;
  for (const [signal, grace] of [
    ['SIGTERM', TERM_GRACE_MS],
    ['SIGKILL', KILL_GRACE_MS],
  ] as const) {
    for (const identity of left) signalProcess(identity, signal);
    const deadline = clock.monotonic() + grace;
    for (;;) {
      left = left.filter((identity) => isAlive(identity));
      if (left.length === 0 || clock.monotonic() > deadline) break;
      await clock.delay(POLL_MS);
    }
  }
  return left;
}
