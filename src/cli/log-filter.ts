/** What `gridd logs` was asked to leave out: lines too old, too harmless, or not matching. */
import { GriddError } from '../contract/errors.ts';
import { LOG_LEVELS as LEVELS } from '../contract/page-api.ts';
import type { LogLine } from '../platform/log-reading/log-lines.ts';
import { renderLogLine } from './log-text.ts';

export interface FilterOptions {
  readonly since?: string;
  readonly level?: string;
  readonly grep?: string;
}

/** `since_ms`: nothing older is wanted; `takes`: whether a line is. */
export interface LogFilter {
  readonly since_ms: number;
  takes(line: LogLine): boolean;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads the options; null where nothing is left out. Throws USAGE. */
export function makeFilter(options: FilterOptions, now: number): LogFilter | null {
  const { since, level, grep } = options;
  if (since === undefined && level === undefined && grep === undefined) return null;
  const since_ms = since === undefined ? -Infinity : sinceMs(since, now);
  const lowest = level === undefined ? 0 : rankOf(level);
  if (lowest < 0) {
    throw new GriddError('USAGE', `--level takes ${LEVELS.join(', ')}, not "${level}".`);
  }
  const pattern = grep === undefined ? null : patternOf(grep);
  return {
    since_ms,
    takes: (line) =>
      line.at >= since_ms &&
      rankOfLine(line) >= lowest &&
      (pattern === null || pattern.test(textOf(line))),
  };
}

/** The moment an option `--since` names, ms. Throws USAGE. */
export function sinceMs(text: string, now: number): number {
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (unit !== '') return now - Number(count) * (UNIT_MS[unit] ?? 0);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  const wanted = 'a time such as 2026-01-31T12:00:00Z or an age such as 90s, 10m, 2h, 1d';
  throw new GriddError('USAGE', `--since takes ${wanted}, not "${text}".`);
}

function rankOf(level: string): number {
  return LEVELS.findIndex((each) => each === level.toLowerCase());
}

/** Raw output has no level: what a process says on stderr is taken for an error. */
function rankOfLine({ level, stream }: LogLine): number {
  if (level === null) return rankOf(stream === 'err' ? 'error' : 'info');
  const rank = rankOf(level);
  // A level we do not know is better shown than hidden.
  return rank < 0 ? LEVELS.length : rank;
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GriddError('USAGE', `--grep takes a regular expression: ${why}.`);
  }
}

/** What is searched: what is shown after the id, without colours. */
function textOf(line: LogLine): string {
  return renderLogLine({ ...line, id: '' }, { colours: false, idWidth: 0 }).trim();
}
