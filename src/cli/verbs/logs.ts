/**
 * `gridd logs ID…`: the last lines of several instances merged in time order, then, with -f, what
 * follows across midnight, rolled files and restarts. Reads the files; needs no supervisor.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { RegistryRecord } from '../../contract/fleet-api.ts';
import { systemClock } from '../../platform/clock.ts';
import { LogCursor, logSources } from '../../platform/log-reading/log-files.ts';
import { mergeLines, mergeStreams } from '../../platform/log-reading/log-lines.ts';
import type { LogLine, LogStream } from '../../platform/log-reading/log-lines.ts';
import { fromHome } from '../../platform/paths.ts';
import { openRegistry, unknownInstance } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { readFleet } from '../fleet-reader.ts';
import { makeFilter } from '../log-filter.ts';
import type { FilterOptions, LogFilter } from '../log-filter.ts';
import { logDocument, renderLogLine } from '../log-text.ts';
import { selectIds } from '../select.ts';
import type { Selection } from '../select.ts';

const FOLLOW_MS = 200;
const STREAMS: readonly LogStream[] = ['daemon', 'out', 'err'];
/** How many of the last lines are shown unless told otherwise. */
const USUAL_LINES = 100;
/** Lines written between two looks at whether anybody still reads. */
const BATCH_LINES = 1000;

type Write = (text: string) => void;

export interface LogsOptions extends FilterOptions {
  readonly follow?: boolean;
  /** How many of the last lines; left out: 100, with `since` all. */
  readonly lines?: number;
  readonly stream?: string;
  readonly json?: boolean;
}

/** Prints the lines; with `follow` it ends only with its terminal. */
export async function logs(
  context: Context,
  selection: Selection,
  options: LogsOptions,
): Promise<number> {
  const { terminal } = context;
  const { follow = false, json = false } = options;
  const stream = streamOf(options.stream);
  const filter = makeFilter(options, systemClock.now());
  const ids = selectIds(context, selection);
  const { instances } = openRegistry(context.home).read();
  await readFleet(context);
  const chosen = ids ?? Object.keys(instances);
  const cursors = chosen.flatMap((id) =>
    logSources(id, logDirOf(context, id, instances), stream).map((from) => new LogCursor(from)),
  );
  const idWidth = Math.max(0, ...chosen.map((id) => id.length));
  const look = { colours: terminal.colours, idWidth };
  const write = (said: string) => (json ? terminal.out(said) : terminal.draw(said));
  const text = (line: LogLine) =>
    json ? `${JSON.stringify(logDocument(line))}\n` : renderLogLine(line, look);
  const present = presentLines(cursors, filter, { ...options, follow });
  if (json && !follow) {
    await show(write, inArray(present));
    return EXIT.done;
  }
  await show(write, each(present, text));
  if (follow) await goOn(write, cursors, filter, text);
  return EXIT.done;
}

/** The wanted lines among those that are there. */
function presentLines(
  cursors: readonly LogCursor[],
  filter: LogFilter | null,
  options: LogsOptions & { readonly follow: boolean },
): Iterable<LogLine> {
  const { follow, since } = options;
  const count = options.lines ?? (since === undefined ? USUAL_LINES : Infinity);
  if (filter === null) {
    const lists = cursors.map((cursor) => cursor.tail(count, follow));
    return count === 0 ? [] : mergeLines(lists).slice(-count);
  }
  const all = mergeStreams(cursors.map((cursor) => cursor.all(filter.since_ms, follow)));
  const wanted = taken(all, filter);
  return count === Infinity ? wanted : lastOf(wanted, count);
}

function* taken(lines: Iterable<LogLine>, filter: LogFilter): Generator<LogLine> {
  for (const line of lines) if (filter.takes(line)) yield line;
}

function lastOf(lines: Iterable<LogLine>, count: number): LogLine[] {
  let kept: LogLine[] = [];
  for (const line of lines) {
    kept.push(line);
    if (kept.length > 2 * count) kept = kept.slice(-count);
  }
  return count === 0 ? [] : kept.slice(-count);
}

/** Prints what is added, for ever. */
async function goOn(
  write: Write,
  cursors: readonly LogCursor[],
  filter: LogFilter | null,
  text: (line: LogLine) => string,
): Promise<void> {
  // Lines written while the files were being read wait for those that others wrote before them.
  let held: LogLine[][] = [];
  for (;;) {
    await systemClock.delay(FOLLOW_MS);
    const now = systemClock.now();
    const lists = cursors.map((cursor, index) => {
      const lines = cursor.poll(now);
      const late = lines.findIndex(({ at }) => at > now);
      const due = late < 0 ? lines : lines.slice(0, late);
      return { lines: [...(held[index] ?? []), ...due], late: lines.slice(due.length) };
    });
    held = lists.map(({ late }) => late);
    const merged = mergeLines(lists.map(({ lines }) => lines));
    await show(write, each(filter === null ? merged : taken(merged, filter), text));
  }
}

function* each(lines: Iterable<LogLine>, text: (line: LogLine) => string): Generator<string> {
  for (const line of lines) yield text(line);
}

/** One JSON array, written as it is read. */
function* inArray(lines: Iterable<LogLine>): Generator<string> {
  let before = '[';
  for (const line of lines) {
    yield `${before}\n  ${JSON.stringify(logDocument(line))}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

/** Writes in batches; between them the process hears of a reader that went away. */
async function show(write: Write, texts: Iterable<string>): Promise<void> {
  let batch: string[] = [];
  for (const text of texts) {
    batch.push(text);
    if (batch.length < BATCH_LINES) continue;
    write(batch.join(''));
    batch = [];
    await systemClock.breathe();
  }
  if (batch.length > 0) write(batch.join(''));
}

function streamOf(given: string | undefined): LogStream | undefined {
  if (given === undefined) return undefined;
  const found = STREAMS.find((stream) => stream === given);
  if (found !== undefined) return found;
  throw new GriddError('USAGE', `--stream takes ${STREAMS.join(', ')}, not "${given}".`);
}

function logDirOf(
  context: Context,
  id: string,
  instances: Readonly<Record<string, RegistryRecord>>,
): string {
  const record = instances[id];
  if (record !== undefined) return fromHome(context.home, record.log_dir);
  const usual = join(context.home.logs, id);
  if (existsSync(usual)) return usual;
  throw unknownInstance(context.home, id, `There is no instance "${id}", and no log of it.`);
}
