/** What is known of a process that has ended: how, why, its last words, and the error behind it. */
import type { ErrorBody } from '../contract/errors.ts';
import type { LastExit } from '../contract/fleet-api.ts';
import { END_SENTENCES } from '../contract/read-back.ts';
import { plainSaid, say, textOf } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { describeExit, exitError, readExitRecord, stderrTail } from './bot-process.ts';
import type { RunningProcess } from './running-process.ts';

export interface ExitFacts {
  /** For the record. Its `code` is the process's own word where the kernel told nobody. */
  readonly last_exit: LastExit;
  /** The reason of that as data. */
  readonly reason: Said;
  readonly error: ErrorBody;
}

/** The facts about `process` of `id`, which ended at `at` (ISO); reads what it left in `logDir`. */
export function exitFacts(
  id: string,
  logDir: string,
  process: RunningProcess,
  told: { readonly code: number | null; readonly signal: string | null; readonly at: string },
): ExitFacts {
  const { signal, at } = told;
  const written = readExitRecord(logDir, process.identity.pid, process.generation);
  const code = told.code ?? written?.code ?? null;
  const stderr_tail = code === 0 ? [] : stderrTail(logDir, process.secrets);
  const plain = describeExit(code, signal);
  const why = process.intentReason ?? written?.reason ?? process.exitReason;
  const because = typeof why === 'string' ? plainSaid(why, END_SENTENCES) : why;
  const reason = because === null ? plain : say('because', { end: plain, why: because });
  const said = process.failure ?? written?.error ?? null;
  const error = exitError(id, textOf(plain), stderr_tail, said);
  const last_exit = { at, code, signal, reason: textOf(reason), stderr_tail };
  return { last_exit, reason, error };
}
