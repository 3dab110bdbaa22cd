/**
 * The line to the supervisor: the bot calls home, says who it is, then tells that it is ready and
 * beats every two seconds. When the line ends it tries again for ever; trading never depends on it.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Endpoint } from '../contract/fleet-api.ts';
import type {
  AdjustRequest,
  BotMessage,
  BotWish,
  BudgetReport,
  BotMethod,
  StatusView,
  SupervisorMessage,
} from '../contract/instance-api.ts';
import { BOT_METHODS, LINK_PROTOCOL } from '../contract/instance-api.ts';
import { GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { AuditNote } from '../contract/history-api.ts';
import type { Quoted } from '../contract/sentences.ts';
import type { Clock } from '../platform/clock.ts';
import { readJson } from '../platform/json-file.ts';
import type { Logger } from '../platform/logger.ts';
import { ownIdentity } from '../platform/process-identity.ts';
import { BeatFigures } from './beat-figures.ts';
import type { Judgement } from './page-judge.ts';

/** What the link tells of; the functions are asked at each beat. */
export interface LinkParts {
  readonly home: string;
  readonly endpointFile: string;
  readonly id: string;
  readonly generation: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly status: () => StatusView | null;
  readonly turnAge: () => number;
  /** What a bot that is not ready waits for; null: nothing in particular. */
  readonly waitsFor?: () => Quoted | null;
  /** Port of the page; null while none could be had. */
  readonly webPort: () => number | null;
  /** What it takes of each budget it shares, and is granted of one. */
  readonly share: {
    reports(): readonly BudgetReport[];
    take(key: unknown, share: unknown): void;
  };
  /** A supervisor has come; it may know nothing of what another was told. */
  readonly onLine?: () => void;
  /** Notes with these marks are written down. */
  readonly audited?: (marks: readonly string[]) => void;
  /** Performs a request of the supervisor; rejects with `GriddError`. */
  readonly perform: (method: BotMethod, params: unknown) => Promise<unknown>;
}

const BEAT_MS = 2000;
/** A timer that fires a little early must not beat twice. */
const EARLY_MS = 100;
const RETRY_MS = 500;
const LONGEST_LINE = 1_000_000;

/** Until the next beat: all bots of a machine beat together and wake their supervisor once. */
export function untilBeat(sinceBoot: number): number {
  const left = BEAT_MS - (sinceBoot % BEAT_MS);
  return left < EARLY_MS ? left + BEAT_MS : left;
}

export class SupervisorLink {
  readonly #parts: LinkParts;
  #socket: Socket | null = null;
  readonly #figures = new BeatFigures();
  #ready = false;
  #closed = false;
  #lastWish = 0;
  readonly #wishes = new Map<number, (error: GriddError | null) => void>();
  #lastQuestion = 0;
  readonly #questions = new Map<number, (judgement: Judgement) => void>();

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#connect();
    this.#beatInStep();
  }

  /** The grid runs and the page answers; said now and after every reconnection. */
  ready(): void {
    this.#ready = true;
    this.#sayReady();
  }

  /** Says why the bot cannot start, then resolves when the line has taken it. */
  failed(error: ErrorBody): Promise<void> {
    return this.#last({ type: 'failed', error });
  }

  /** The last word before a clean end. */
  exiting(code: number, reason: string): Promise<void> {
    return this.#last({ type: 'exiting', code, reason });
  }

  /** Says what it takes of each budget that it shares. */
  sayBudget(): void {
    for (const budget of this.#parts.share.reports()) this.#send({ type: 'budget', ...budget });
  }

  /** Whether a supervisor is on the line. */
  get connected(): boolean {
    return this.#socket !== null;
  }

  /** Says what somebody on the page wants; `taken` is told whether it is carried out. */
  wish(wish: BotWish, taken: (error: GriddError | null) => void): void {
    this.#lastWish += 1;
    const wish_id = this.#lastWish;
    this.#wishes.set(wish_id, taken);
    this.#send({ type: 'wish', wish_id, ...wish });
  }

  /** Asks whether the account's limit allows an adjust; `judged` is told once, or never. */
  judge(request: AdjustRequest, judged: (judgement: Judgement) => void): void {
    this.#lastQuestion += 1;
    const judge_id = this.#lastQuestion;
    this.#questions.set(judge_id, judged);
    // It is judged by the grid as it is now.
    this.beat();
    this.#send({ type: 'judge', judge_id, request });
  }

  /** Says what was done on the page. */
  audit(note: AuditNote): void {
    this.#send({ type: 'audit', note });
  }

  /** Sends the present figures; before `ready` only the sign of life. */
  beat(): void {
    this.#beat(true);
  }

  #beat(asked: boolean): void {
    const { status, turnAge, webPort, clock } = this.#parts;
    this.sayBudget();
    const waits = this.#ready ? null : (this.#parts.waitsFor?.() ?? null);
    this.#send({
      type: 'beat',
      turn_age_ms: Math.round(turnAge()),
      web_port: webPort(),
      status: this.#figures.of(this.#ready ? status() : null, clock.monotonic(), asked),
      ...(waits === null ? {} : { waits_for: waits.text, waits_code: waits.code }),
    });
  }

  #beatInStep(): void {
    const { clock } = this.#parts;
    clock.after(untilBeat(clock.sinceBoot()), () => {
      this.#beat(false);
      this.#beatInStep();
    }, 'idle');
  }

  #sayReady(): void {
    // Before `ready`: a bot that is ready without it has no key to share.
    this.sayBudget();
    if (this.#ready) this.#send({ type: 'ready', web_port: this.#parts.webPort() });
    this.beat();
    this.#parts.onLine?.();
  }

  #connect(): void {
    if (this.#closed) return;
    const endpoint = readJson(this.#parts.endpointFile) as Endpoint | null;
    if (endpoint === null || typeof endpoint.bot_socket !== 'string') {
      this.#retry();
      return;
    }
    const socket = connect(endpoint.bot_socket);
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      this.#socket = socket;
      this.#figures.forget();
      const { home, id, generation } = this.#parts;
      const who = ownIdentity();
      this.#send({ type: 'hello', protocol: LINK_PROTOCOL, home, id, generation, ...who });
      this.#sayReady();
    });
    let text = '';
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > LONGEST_LINE) socket.destroy();
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        this.#receive(text.slice(0, end));
        text = text.slice(end + 1);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#socket = null;
      // What it had begun the next one carries on; what it had not, nobody does.
      this.#wishes.clear();
      this.#questions.clear();
      this.#retry();
    });
  }

  #retry(): void {
    this.#parts.clock.after(RETRY_MS, () => this.#connect(), 'idle');
  }

  #receive(line: string): void {
    let message: SupervisorMessage;
    try {
      message = JSON.parse(line) as SupervisorMessage;
    } catch {
      this.#parts.log.warn('the supervisor sent a line that is not JSON');
      return;
    }
    if (message.type === 'refused') {
      this.#parts.log.warn({ reason: message.reason }, 'the supervisor refused this bot');
    }
    if (message.type === 'watched') {
      this.#figures.watched = message.watched;
      if (message.watched) this.beat();
    }
    if (message.type === 'share') {
      this.#parts.share.take(message.key, message.share);
    }
    if (message.type === 'wish_taken') {
      const { wish_id, error } = message;
      this.#wishes.get(wish_id)?.(error === null ? null : GriddError.fromBody(error));
      // One that is carried out may come to nothing still.
      if (error !== null) this.#wishes.delete(wish_id);
    }
    if (message.type === 'judged') {
      const { judge_id, error, warning, coded = warning } = message;
      const refusal = error === null ? null : GriddError.fromBody(error);
      this.#questions.get(judge_id)?.({ error: refusal, warning: coded });
      this.#questions.delete(judge_id);
    }
    if (message.type === 'audited') this.#parts.audited?.(message.marks);
    if (message.type !== 'request') return;
    const { request_id, method, params } = message;
    this.#perform(method, params).then(
      (result) => {
        // Whoever looks once the answer is there sees what was asked for.
        this.beat();
        this.#send({ type: 'reply', request_id, result });
      },
      (error: unknown) => this.#send({ type: 'reply', request_id, error: errorBody(error) }),
    );
  }

  async #perform(method: BotMethod, params: unknown): Promise<unknown> {
    if (!BOT_METHODS.includes(method)) {
      throw new GriddError('BAD_REQUEST', `This bot knows no request "${String(method)}".`);
    }
    return this.#parts.perform(method, params);
  }

  #send(message: BotMessage): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`);
  }

  #last(message: BotMessage): Promise<void> {
    this.#closed = true;
    const socket = this.#socket;
    if (socket === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#parts.clock.after(500, resolve, 'idle');
      socket.end(`${JSON.stringify(message)}\n`, () => resolve());
    });
  }
}
