/** What an instance did about a text that stands in its file by now, in one sentence. PURE. */
import type { ListRow, VerbResult } from '../contract/fleet-api.ts';

/**
 * What became of a reload. Where it was refused after all and the process of before runs on, file
 * and grid differ: it says what stands where.
 */
export function told(
  taken: VerbResult,
  before: ListRow,
  name: string,
  versions: { readonly stands: number; readonly before: number },
): VerbResult {
  const { error, row } = taken;
  if (error === undefined || row?.pid !== before.pid) return taken;
  const message =
    `Version ${versions.stands} stands in ${name}, but the instance runs on as before: ` +
    error.message;
  const hint =
    `Save another text, or roll back to version ${versions.before}: ` +
    'the next start takes what stands in the file.';
  return { ...taken, message, error: { ...error, message, hint } };
}

/** What became of the start of a new file that stands now, whether it came about or not. */
export function toldNew(started: VerbResult, name: string): VerbResult {
  const { error } = started;
  if (error === undefined) return started;
  const message = `${name} stands, but it did not start: ${error.message}`;
  return { ...started, message, error: { ...error, message } };
}
