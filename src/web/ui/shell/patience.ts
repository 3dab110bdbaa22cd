/**
 * How long the page waits for an answer before it says that none came. A server that lives answers
 * well before: what waits longer waits for a process that hangs. Pure.
 */

/** What an answer is about: what is shown, what a deed would do, a deed. */
export type Asking = 'question' | 'trial' | 'deed';

const PATIENCE_MS: Readonly<Record<Asking, number>> = {
  question: 15_000,
  // The bot may ask its venue or its supervisor.
  trial: 60_000,
  deed: 60_000,
};
/** Bots end and start; longer than the three minutes that a panic may take. */
const ENDINGS = /^\/api\/(stop|panic|instances|configs|archived)(\/|$)/;
const ENDING_MS = 240_000;
/** It reads whole databases; its supervisor ends it after two minutes. */
const DOCTOR = '/api/doctor';
const DOCTOR_MS = 150_000;

/** Milliseconds that the answer of `path` is waited for. */
export function patienceFor(asking: Asking, path: string): number {
  if (asking === 'deed' && ENDINGS.test(path)) return ENDING_MS;
  return path === DOCTOR ? DOCTOR_MS : PATIENCE_MS[asking];
}
