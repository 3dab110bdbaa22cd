/**
 * Log lines of several files as one readable stream: parsed, merged in time order, each with its
 * id. Lines of one file never change their order, whatever their times say.
 */
import { LOG_LEVELS } from '../../contract/page-api.ts';

const OWN_FIELDS: readonly string[] = ['time', 'level', 'msg', 'id'];
const TIME =
  /^[[("]?(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))? ?(Z|[+-]\d\d:\d\d)?/;
/** Lines that wait for the first time of their file. */
const MOST_WAITING = 1000;

/** Which file of an instance a line is from. */
export type LogStream = 'daemon' | 'out' | 'err';

/** One line. `at`: milliseconds since the epoch by which it is merged. */
export interface LogLine {
  readonly at: number;
  /** It bears no time: `at` is that of the line before it, or of its writing. */
  readonly approximate: boolean;
  readonly id: string;
  readonly stream: LogStream;
  readonly level: string | null;
  readonly msg: string;
  /** Further fields of a structured line. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Parses a line; raw output (not our JSON) becomes a line without level. */
export function parseLogLine(
  id: string,
  stream: LogStream,
  text: string,
  fallbackAt: number,
): LogLine {
  const value = structured(text);
  if (value === null) {
    const time = leadingTime(text);
    const at = time ?? fallbackAt;
    return { at, approximate: time === null, id, stream, level: null, msg: text, fields: {} };
  }
  const { time, level, msg } = value;
  const fields = Object.fromEntries(
    Object.entries(value).filter(([name]) => !OWN_FIELDS.includes(name)),
  );
  const at = typeof time === 'string' ? Date.parse(time) : Number(time);
  return {
    at: Number.isFinite(at) ? at : fallbackAt,
    approximate: !Number.isFinite(at),
    id,
    stream,
    level: levelWord(level),
    msg: typeof msg === 'string' ? msg : '',
    fields,
  };
}

/** The time a raw line begins with, as most loggers write it; null: none. Local unless it says. */
export function leadingTime(text: string): number | null {
  const found = TIME.exec(text);
  if (found === null) return null;
  const [, year, month, day, clock, fraction = '', zone = ''] = found;
  const second = fraction === '' ? '' : `.${fraction.slice(0, 3)}`;
  const at = Date.parse(`${year}-${month}-${day}T${clock}${second}${zone}`);
  return Number.isFinite(at) ? at : null;
}

/** Gives lines that bear no time that of the line before them; the first ones `first`. */
export function* withTimes(
  lines: Iterable<LogLine>,
  before: number | null,
  first: number,
): Generator<LogLine> {
  let known = before;
  const waiting: LogLine[] = [];
  for (const line of lines) {
    if (line.approximate && known === null && waiting.length < MOST_WAITING) {
      waiting.push(line);
      continue;
    }
    known = line.approximate ? (known ?? first) : line.at;
    // Those before the first time were written before it.
    for (const earlier of waiting.splice(0)) yield { ...earlier, at: known };
    yield line.approximate ? { ...line, at: known } : line;
  }
  for (const line of waiting) yield { ...line, at: first };
}

/** Lines of several files in time order; each list keeps its own order. */
export function mergeLines(lists: readonly Iterable<LogLine>[]): LogLine[] {
  return [...mergeStreams(lists)];
}

/** The same, line by line: a file is read on only when its line was taken. */
export function* mergeStreams(lists: readonly Iterable<LogLine>[]): Generator<LogLine> {
  const heads = lists.flatMap((list) => {
    const rest = list[Symbol.iterator]();
    const { value, done } = rest.next();
    return done === true ? [] : [{ line: value, key: value.at, rest }];
  });
  while (heads.length > 0) {
    let first = 0;
    heads.forEach(({ key }, index) => {
      if (key < (heads[first]?.key ?? Infinity)) first = index;
    });
    const head = heads[first];
    if (head === undefined) return;
    yield head.line;
    const { value, done } = head.rest.next();
    if (done === true) heads.splice(first, 1);
    else {
      head.line = value;
      head.key = Math.max(head.key, value.at);
    }
  }
}

function levelWord(level: unknown): string | null {
  if (typeof level === 'string') return level;
  // Loggers of other programs number their levels: 10, 20 ... 60.
  return typeof level === 'number' ? (LOG_LEVELS[level / 10 - 1] ?? null) : null;
}

function structured(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('msg' in value || 'time' in value)) {
      return null;
    }
    return value as Record<string, unknown>;
  } catch {
    return null;
  }
}
