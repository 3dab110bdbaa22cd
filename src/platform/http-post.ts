/** One JSON document to an HTTP address, once: no redirect is followed, nothing is tried again. */
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

/** What came back. `status` null: no answer came, for the reason in `error`. */
export interface PostAnswer {
  readonly status: number | null;
  /** The body's first 2,000 characters. */
  readonly text: string;
  /** Of a Retry-After in seconds; null: none. */
  readonly retry_after_ms: number | null;
  readonly error: string;
}

const MOST_TEXT = 2_000;

/** Posts `body`; the whole exchange takes at most `timeoutMs`. Never rejects. */
export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const none = (error: string) =>
      resolve({ status: null, text: '', retry_after_ms: null, error });
    const request = url.startsWith('https:') ? requestSecure : requestPlain;
    const text = JSON.stringify(body);
    const all = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text)),
      'user-agent': 'gridd',
      ...headers,
    };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const options = { method: 'POST', headers: all, agent: false, signal } as const;
      const sent = request(url, options, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (answer.length < MOST_TEXT) answer += chunk;
        });
        response.on('error', () => none(`its answer broke off or took over ${timeoutMs / 1000} s`));
        response.on('end', () => {
          const wait = Number(response.headers['retry-after']);
          resolve({
            status: response.statusCode ?? null,
            text: answer.slice(0, MOST_TEXT),
            retry_after_ms: Number.isFinite(wait) && wait >= 0 ? wait * 1000 : null,
            error: '',
          });
        });
      });
      sent.on('error', (error) => {
        none(signal.aborted ? `no answer within ${timeoutMs / 1000} s` : error.message);
      });
      sent.end(text);
    } catch (thrown) {
      none(thrown instanceof Error ? thrown.message : String(thrown));
    }
  });
}
