/**
 * What the supervisor asks of an external program over its own port: health, and the verbs it may
 * know.
 */
import { GriddError } from '../contract/errors.ts';
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';

const HEALTH_TIMEOUT_MS = 2_000;
const VERB_TIMEOUT_MS = 15_000;

/** Address of a program's page as seen from this machine. */
export function programUrl(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::' || host === '';
  const name = everywhere ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** What is wrong with the answer to `GET /health`, as a sentence; null when it is healthy. */
export async function probeProgram(url: string): Promise<Said | null> {
  try {
    const answer = await fetch(`${url}/health`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.ok ? null : say('health_answers', { status: answer.status });
  } catch (error) {
    return say('health_fails', { reason: plainReason(error) });
  }
}

/** Passes a verb on to a program's port; PROGRAM_UNSUPPORTED when it does not know it. */
export async function postToProgram(url: string, path: string, body: unknown): Promise<unknown> {
  const refuse = (why: string) =>
    new GriddError('PROGRAM_UNSUPPORTED', `The external program does not take ${path}: ${why}.`);
  try {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(VERB_TIMEOUT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw refuse(`it answers ${answer.status}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch (error) {
    throw error instanceof GriddError ? error : refuse(plainReason(error));
  }
}

function plainReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
