/**
 * How a failure is told: `CODE: sentence`, a hint, and each problem on a line of its own with
 * path, found and allowed. Always on stderr; the exit code says who must act.
 */
import { ERRORS, EXIT, GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody, Problem } from '../contract/errors.ts';
import { isErrno } from '../platform/json-file.ts';

/** An error as text for stderr, ending in a newline. */
export function failureText(error: ErrorBody): string {
  const lines = [`${error.code}: ${error.message}`];
  for (const problem of error.problems ?? []) lines.push(`  - ${problemText(problem)}`);
  if (error.hint !== '') lines.push(`  ${error.hint}`);
  return `${lines.join('\n')}\n`;
}

/** Exit code of an error; one of an unknown code (another version's) is our bug. */
export function exitOf(error: ErrorBody): number {
  return Object.hasOwn(ERRORS, error.code) ? ERRORS[error.code].exit : EXIT.bug;
}

/** What the machine refuses by these names is the user's to mend, not a bug of ours. */
const REFUSALS = [
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'],
  ...['ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG'],
];

/**
 * Any thrown value as text for stderr; our own mistakes with their stack, which a report needs.
 */
export function thrownText(given: unknown): string {
  const thrown = withRefusalsNamed(given);
  if (thrown instanceof GriddError) return failureText(thrown.toBody());
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const stack = (error.stack ?? '').split('\n').slice(1).join('\n');
  const text = failureText(new GriddError('INTERNAL', error.message).toBody());
  return stack === '' ? text : `${text}${stack}\n`;
}

/**
 * The same for a caller that asked for JSON: one object on one line, the last of stderr, so that
 * notes before it do no harm. stdout stays empty.
 */
export function thrownJson(given: unknown): string {
  return `${JSON.stringify({ error: errorBody(withRefusalsNamed(given)) })}\n`;
}

/** Why the output of a command went nowhere; what ends the command is no bug of ours. */
export function outputFault({ message }: Error): GriddError {
  return new GriddError('OUTPUT_UNWRITABLE', `The output cannot be written: ${message}.`);
}

/** Exit code of any thrown value. */
export function exitOfThrown(given: unknown): number {
  const thrown = withRefusalsNamed(given);
  return thrown instanceof GriddError ? thrown.exit : EXIT.bug;
}

function withRefusalsNamed(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !REFUSALS.some((code) => isErrno(thrown, code))) return thrown;
  const is = (...codes: string[]) => codes.some((code) => isErrno(thrown, code));
  const full = is('ENOSPC', 'EDQUOT') ? { hint: 'Free space on its disk, then repeat.' } : {};
  const few = { hint: 'Raise the limit of open files (ulimit -n), then repeat.' };
  const options = is('EMFILE', 'ENFILE') ? few : full;
  const message = `A file or folder cannot be used: ${thrown.message}.`;
  return new GriddError('HOME_UNUSABLE', message, options);
}

/** What was found at a place and what is allowed there, on one line. */
export function problemText(problem: Problem): string {
  const parts = [problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`];
  if (problem.found !== undefined) parts.push(`found ${JSON.stringify(problem.found)}`);
  if (problem.allowed !== undefined) parts.push(`allowed: ${problem.allowed}`);
  return parts.join('; ');
}
