/** A script of a loopback venue: admin commands at set times. Pure. */

/** What a command takes: names and plain values. */
export type CommandBody = Readonly<Record<string, unknown>>;

/** One line of a script: a command at a time after the start, again and again with `every_ms`. */
export interface ScriptLine {
  readonly at_ms: number;
  readonly every_ms?: number;
  readonly command: string;
  readonly body?: CommandBody;
}

/** Every command, as in `POST /__sim/NAME`. */
export const COMMANDS = [
  'move',
  'run',
  'pass',
  'funding',
  'clock',
  'fault',
  'clear',
  'disconnect',
  'mute',
  'maintenance',
  'offline',
  'no-margin',
  'listing-lag',
  'stale-listing',
  'slow-cancel',
  'partial',
  'market',
  'account',
  'accounts',
  'traffic',
] as const;

/** Reads a script: a JSON list of lines; what is wrong with it as a sentence without its end. */
export function readScript(text: string): readonly ScriptLine[] | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!Array.isArray(value)) return 'it is no list of commands';
  for (const [index, line] of value.entries()) {
    const wrong = lineFault(line);
    if (wrong !== null) return `line ${index + 1}: ${wrong}`;
  }
  return value as readonly ScriptLine[];
}

function lineFault(line: unknown): string | null {
  if (!isObject(line)) return 'it is no object';
  const { at_ms, every_ms, command, body } = line;
  const isTime = (given: unknown, least: number) =>
    typeof given === 'number' && Number.isFinite(given) && given >= least;
  if (!isTime(at_ms, 0)) return 'at_ms is a number from 0';
  if (every_ms !== undefined && !isTime(every_ms, 1)) return 'every_ms is a number from 1';
  if (!COMMANDS.some((known) => known === command)) {
    return `command is one of ${COMMANDS.join(', ')}`;
  }
  return body === undefined || isObject(body) ? null : 'body is an object';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
