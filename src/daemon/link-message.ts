/**
 * Lines of the bot link, from bytes to typed messages. A line that is too long, no JSON or of an
 * unknown shape is a protocol error; a type we do not know comes from a newer bot and is skipped.
 */
import type { BotMessage } from '../contract/instance-api.ts';

/** Longest line taken, bytes. */
export const MAX_LINE_BYTES = 1 << 20;

/** Cuts a byte stream into lines; `push` returns null once a line exceeds the limit. */
export class LineCutter {
  #parts: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): string[] | null {
    const lines: string[] = [];
    let rest = chunk;
    for (;;) {
      const end = rest.indexOf(10);
      if (end < 0) break;
      if (this.#length + end > MAX_LINE_BYTES) return null;
      lines.push(this.#whole(rest.subarray(0, end)).toString('utf8'));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#parts.push(rest);
    this.#length += rest.length;
    return this.#length > MAX_LINE_BYTES ? null : lines;
  }

  /** A line of which `last` is the end; nearly all come in one piece. */
  #whole(last: Buffer): Buffer {
    if (this.#length === 0) return last;
    const line = Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isPort(value: unknown): boolean {
  return value === null || (isCount(value) && value > 0 && value < 65536);
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isErrorBody(value: unknown): boolean {
  return isObject(value) && isText(value['code']) && isText(value['message']);
}

/** What is written down as it comes; whose instance it is the supervisor says itself. */
function isAuditNote(value: unknown): boolean {
  if (!isObject(value) || !isCount(value['at_ms'])) return false;
  const texts = ['verb', 'what', 'outcome', 'message', 'who', 'from', 'mark'];
  const changes = [value['before'], value['after']];
  return (
    texts.every((name) => isText(value[name])) &&
    changes.every((change) => change === undefined || change === null || isText(change))
  );
}

const SHAPES: Readonly<Record<BotMessage['type'], (fields: Fields) => boolean>> = {
  hello: (m) =>
    isCount(m['protocol']) &&
    isText(m['home']) &&
    isText(m['id']) &&
    isCount(m['generation']) &&
    isCount(m['pid']) &&
    isText(m['start_time']) &&
    isText(m['boot_id']),
  ready: (m) => isPort(m['web_port']),
  failed: (m) => isErrorBody(m['error']),
  beat: (m) =>
    typeof m['turn_age_ms'] === 'number' &&
    isPort(m['web_port']) &&
    (m['status'] === null || isObject(m['status'])) &&
    ['waits_for', 'waits_code'].every((name) => m[name] === undefined || isText(m[name])),
  reply: (m) => isCount(m['request_id']) && (m['error'] === undefined || isErrorBody(m['error'])),
  budget: (m) =>
    isText(m['venue']) &&
    isText(m['key']) &&
    (m['share'] === null || isShare(m['share'])) &&
    isShare(m['used']) &&
    typeof m['short'] === 'boolean',
  wish: (m) =>
    isCount(m['wish_id']) &&
    (m['verb'] === 'panic' || (m['verb'] === 'stop' && isObject(m['on_stop']))),
  judge: (m) => isCount(m['judge_id']) && isObject(m['request']),
  audit: (m) => isAuditNote(m['note']),
  exiting: (m) => typeof m['code'] === 'number' && isText(m['reason']),
};

function isBotMessage(value: Fields): value is Fields & BotMessage {
  const type = value['type'];
  return isText(type) && Object.hasOwn(SHAPES, type) && SHAPES[type as BotMessage['type']](value);
}

/** The message of a line; 'unknown' for a type of a newer protocol; null when it is broken. */
export function parseBotLine(line: string): BotMessage | 'unknown' | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(value) || !isText(value['type'])) return null;
  if (!Object.hasOwn(SHAPES, value['type'])) return 'unknown';
  return isBotMessage(value) ? value : null;
}
