/**
 * `gridd logs ID…`: the last lines of several instances merged in time order, then, with -f, what
 * follows across midnight and rolled files. Reads the files; needs no supervisor.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { RegistryRecord } from '../../contract/fleet-api.ts';
import { systemClock } from '../../platform/clock.ts';
import { fromHome } from '../../platform/paths.ts';
import { openRegistry } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { readFleet } from '../fleet-reader.ts';
import { LogCursor, logSources } from '../log-files.ts';
import { logDocument, mergeLines, renderLogLine } from '../log-lines.ts';
import type { LogLine, LogStream } from '../log-lines.ts';
import { tellJson } from '../results.ts';
import { selectIds } from '../select.ts';
import type { Selection } from '../select.ts';

const FOLLOW_MS = 200;
const STREAMS: readonly LogStream[] = ['daemon', 'out', 'err'];

export interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: number;
  readonly stream?: string;
  readonly json?: boolean;
}

/** Prints the lines; with `follow` it ends only with its terminal. */
export async function logs(
  context: Context,
  selection: Selection,
  options: LogsOptions,
): Promise<number> {
  const { follow = false, json = false } = options;
  const stream = streamOf(options.stream);
  if (follow && json) throw new GriddError('USAGE', '--json and -f exclude each other.');
  const ids = selectIds(context, selection);
  const { instances } = openRegistry(context.home).read();
  await readFleet(context);
  const chosen = ids ?? Object.keys(instances);
  const cursors = chosen.flatMap((id) =>
    logSources(id, logDirOf(context, id, instances), stream).map((from) => new LogCursor(from)),
  );
  const lists = cursors.map((cursor) => cursor.tail(options.lines, follow));
  const lines = options.lines === 0 ? [] : mergeLines(lists).slice(-options.lines);
  if (json) {
    tellJson(context, lines.map(logDocument));
    return EXIT.done;
  }
  const idWidth = Math.max(0, ...chosen.map((id) => id.length));
  const show = (shown: readonly LogLine[]) => {
    const { colours } = context.terminal;
    if (shown.length === 0) return;
    context.terminal.out(shown.map((line) => renderLogLine(line, { colours, idWidth })).join(''));
  };
  show(lines);
  while (follow) {
    await systemClock.delay(FOLLOW_MS);
    const now = systemClock.now();
    show(mergeLines(cursors.map((cursor) => cursor.poll(now))));
  }
  return EXIT.done;
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
  throw new GriddError('INSTANCE_UNKNOWN', `There is no instance "${id}", and no log of it.`);
}
