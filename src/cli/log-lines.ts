/**
 * Log lines of several files as one readable stream: parsed, merged in time order, each with its
 * id. Lines of one file never change their order, whatever their times say.
 */
import pc from 'picocolors';

const OWN_FIELDS: readonly string[] = ['time', 'level', 'msg', 'id'];

/** Which file of an instance a line is from. */
export type LogStream = 'daemon' | 'out' | 'err';

/** One line. `at`: milliseconds since the epoch by which it is merged. */
export interface LogLine {
  readonly at: number;
  readonly id: string;
  readonly stream: LogStream;
  /** As written; null for raw output. */
  readonly time: string | null;
  readonly level: string | null;
  readonly msg: string;
  /** Further fields of a structured line. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Parses a line; raw output (not our JSON) becomes a line without time and level. */
export function parseLogLine(
  id: string,
  stream: LogStream,
  text: string,
  fallbackAt: number,
): LogLine {
  const value = structured(text);
  if (value === null) {
    return { at: fallbackAt, id, stream, time: null, level: null, msg: text, fields: {} };
  }
  const { time, level, msg } = value;
  const fields = Object.fromEntries(
    Object.entries(value).filter(([name]) => !OWN_FIELDS.includes(name)),
  );
  const at = typeof time === 'string' ? Date.parse(time) : Number(time);
  return {
    at: Number.isFinite(at) ? at : fallbackAt,
    id,
    stream,
    time: typeof time === 'string' ? time : null,
    level: typeof level === 'string' ? level : null,
    msg: typeof msg === 'string' ? msg : '',
    fields,
  };
}

/** Lines of several files in time order; each list keeps its own order. */
export function mergeLines(lists: readonly (readonly LogLine[])[]): LogLine[] {
  const keyed = lists.flatMap((lines, source) => {
    let latest = -Infinity;
    return lines.map((line, index) => {
      latest = Math.max(latest, line.at);
      return { line, key: latest, source, index };
    });
  });
  keyed.sort((a, b) => a.key - b.key || a.source - b.source || a.index - b.index);
  return keyed.map(({ line }) => line);
}

/** A line for people, ending in a newline: id, time, level, words, then key=value. */
export function renderLogLine(line: LogLine, look: { colours: boolean; idWidth: number }): string {
  const colours = pc.createColors(look.colours);
  const parts = [colours.cyan(line.id.padEnd(look.idWidth))];
  if (line.time === null) parts.push(colours.dim(`[${line.stream}]`));
  else parts.push(colours.dim(line.time), paintLevel((line.level ?? '').padEnd(5), colours));
  parts.push(printable(line.msg));
  for (const [name, value] of Object.entries(line.fields)) {
    parts.push(colours.dim(`${name}=${printable(fieldText(value))}`));
  }
  return `${parts.join(' ').trimEnd()}\n`;
}

/** A line as `gridd logs --json` shows it. */
export function logDocument(line: LogLine): Record<string, unknown> {
  const { time, id, stream, level, msg, fields } = line;
  return { ...fields, time, id, stream, level, msg };
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

// What a process printed must not steer the reader's terminal: control characters are dropped.
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]+/gu, '');
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);
}

function paintLevel(text: string, colours: ReturnType<typeof pc.createColors>): string {
  const level = text.trim();
  if (level === 'error' || level === 'fatal') return colours.red(text);
  if (level === 'warn') return colours.yellow(text);
  return level === 'debug' || level === 'trace' ? colours.dim(text) : text;
}
