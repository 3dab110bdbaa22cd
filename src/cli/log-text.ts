/** Log lines as `gridd logs` prints them, for people or as JSON. */
import pc from 'picocolors';
import { isoTime } from '../platform/clock.ts';
import type { LogLine } from '../platform/log-reading/log-lines.ts';

/** A line for people, ending in a newline: id, time, level, words, then key=value. */
export function renderLogLine(line: LogLine, look: { colours: boolean; idWidth: number }): string {
  const colours = pc.createColors(look.colours);
  const time = `${line.approximate ? '~' : ''}${isoTime(line.at)}`;
  const parts = [colours.cyan(printable(line.id.padEnd(look.idWidth))), colours.dim(time)];
  if (line.level === null) parts.push(colours.dim(`[${line.stream}]`));
  else parts.push(paintLevel(line.level.padEnd(5), colours));
  parts.push(printable(line.msg));
  for (const [name, value] of Object.entries(line.fields)) {
    parts.push(colours.dim(printable(`${name}=${fieldText(value)}`)));
  }
  return `${parts.join(' ').trimEnd()}\n`;
}

/** A line as `gridd logs --json` shows it. */
export function logDocument(line: LogLine): Record<string, unknown> {
  const { at, approximate, id, stream, level, msg, fields } = line;
  const time = { time: isoTime(at), ...(approximate ? { approximate } : {}) };
  return { ...fields, ...time, id, stream, level, msg };
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
