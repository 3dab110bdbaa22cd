/**
 * The CLI's side of the control API: HTTP over the unix socket that endpoint.json names. It never
 * computes a socket's path, and believes an answer only when it bears this home.
 */
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { ERRORS, GriddError } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { Endpoint, SupervisorInfo } from '../contract/fleet-api.ts';
import { systemClock } from '../platform/clock.ts';
import { isErrno } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';
import { processStat } from '../platform/process-identity.ts';
import { HOME_HEADER, readEndpoint } from './endpoint.ts';

const QUICK_MS = 5_000;
/** Time without an answer after which the supervisor's process is looked at. */
const STOPPED_LOOK_MS = 200;
/** A start or stop of a whole fleet takes as long as its slowest bot's grace time. */
const PATIENT_MS = 15 * 60_000;
/** How often a question is asked that broke off, and the time in between. */
const MOST_ATTEMPTS = 5;
const AGAIN_MS = 100;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** The connection broke: whether the question was heard is not known. */
class HungUp extends GriddError {}

/** A client of this home's supervisor. Every method rejects with `GriddError` only. */
export class ControlClient {
  readonly #home: Home;

  constructor(home: Home) {
    this.#home = home;
  }

  /** Facts of the supervisor; SUPERVISOR_NOT_RUNNING when there is none. */
  info(): Promise<SupervisorInfo> {
    return this.get<SupervisorInfo>('/api/info');
  }

  /** The JSON answer of a reading route. */
  async get<T>(path: string): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#call<T>({ method: 'GET', path, timeoutMs: QUICK_MS });
      } catch (error) {
        // It ends, and hung up: asked again it is gone, or another one answers.
        if (attempt === MOST_ATTEMPTS || !(error instanceof HungUp)) throw error;
        await systemClock.delay(AGAIN_MS);
      }
    }
  }

  /** The JSON answer of a route that changes something; `key` is its Idempotency-Key. */
  async post<T>(path: string, body: unknown, key?: string): Promise<T> {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    try {
      return await this.#call<T>({ method: 'POST', path, body, headers, timeoutMs: PATIENT_MS });
    } catch (error) {
      throw error instanceof HungUp ? leftOpen(this.#home) : error;
    }
  }

  async #call<T>(call: Call): Promise<T> {
    const endpoint = readEndpoint(this.#home);
    // A copied home brings another home's endpoint.json along: there is no supervisor of this one.
    if (endpoint === null || endpoint.home !== this.#home.folder) {
      throw supervisorNotRunning(this.#home);
    }
    const answer = await this.#send(endpoint, call);
    const theirs = answer.headers[HOME_HEADER];
    if (theirs !== encodeURI(this.#home.folder)) {
      throw new GriddError(
        'SUPERVISOR_FOREIGN',
        `The socket in ${this.#home.endpoint} answers for ${String(theirs ?? 'nobody')}.`,
      );
    }
    return parseAnswer<T>(answer);
  }

  #send(endpoint: Endpoint, call: Call): Promise<Answer> {
    const text = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers: Record<string, string | number> = { ...call.headers, connection: 'close' };
    if (text !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = Buffer.byteLength(text);
    }
    return new Promise((resolve, reject) => {
      const { method, path, timeoutMs: timeout } = call;
      // Without an agent: one question needs no pool, and a pool costs as much as the question.
      const createConnection = () => connect(endpoint.control_socket);
      const options = { method, path, headers, timeout, createConnection };
      const cancel = systemClock.after(STOPPED_LOOK_MS, () => {
        // The kernel takes connections for a process that is stopped; it will not answer.
        if (processStat(endpoint.pid)?.stopped !== true) return;
        sent.destroy(this.#stopped(endpoint.pid));
      });
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => reject(this.#failure(error)));
        response.on('end', () => {
          const { statusCode: status = 500, headers: theirs } = response;
          resolve({ status, headers: theirs, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      sent.on('close', cancel);
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', (error) => reject(this.#failure(error)));
      sent.end(text);
    });
  }

  #stopped(pid: number): GriddError {
    const why = `its process ${pid} is stopped`;
    const message = `The supervisor of ${this.#home.folder} does not answer: ${why}.`;
    return new GriddError('SUPERVISOR_UNREACHABLE', message, {
      hint: `\`kill -CONT ${pid}\` lets it go on; the bots trade on meanwhile.`,
    });
  }

  #failure(error: Error): GriddError {
    if (error instanceof GriddError) return error;
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ECONNREFUSED')) {
      return supervisorNotRunning(this.#home);
    }
    const message = `The supervisor of ${this.#home.folder} does not answer: ${error.message}.`;
    const hungUp = isErrno(error, 'ECONNRESET') || isErrno(error, 'EPIPE');
    const Kind = hungUp ? HungUp : GriddError;
    return new Kind('SUPERVISOR_UNREACHABLE', message);
  }
}

/** What was asked for may have been done, or begun: the next supervisor ends what was begun. */
function leftOpen(home: Home): GriddError {
  const message = `The supervisor of ${home.folder} hung up before it said what came of it.`;
  return new GriddError('SUPERVISOR_UNREACHABLE', message, {
    hint: '`gridd list` shows what was done of it; repeat the command where that is not all.',
  });
}

/** That nobody looks after `home`, in words. */
export function supervisorNotRunning(home: Home): GriddError {
  const sentence = `No supervisor runs for ${home.folder}.`;
  return new GriddError('SUPERVISOR_NOT_RUNNING', sentence);
}

function parseAnswer<T>(answer: Answer): T {
  let value: unknown;
  try {
    value = answer.text === '' ? null : JSON.parse(answer.text);
  } catch {
    throw new GriddError('INTERNAL', `The supervisor answered something that is not JSON.`);
  }
  if (answer.status >= 200 && answer.status < 300) return value as T;
  throw GriddError.fromBody(errorIn(value, answer.status));
}

function errorIn(value: unknown, status: number): ErrorBody {
  const outer = typeof value === 'object' && value !== null ? value : {};
  const inner = 'error' in outer && typeof outer.error === 'object' ? outer.error : outer;
  const { code, message } = (inner ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && Object.hasOwn(ERRORS, code)) return inner as ErrorBody;
  const said = typeof message === 'string' ? message : `HTTP status ${status}`;
  return new GriddError('INTERNAL', `The supervisor refused: ${said}`).toBody();
}
