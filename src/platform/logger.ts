/**
 * Logs. `<dir>/YYYY-MM-DD/<name>` (local date) is a link to the part being written, there from
 * the start and from midnight on, so that the guide's `tail -f` works; parts roll daily and by
 * size (pino-roll, as a stream in this process). Logging never throws into its caller; what could
 * not be written is counted.
 */
import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import pino from 'pino';
import pinoRoll from 'pino-roll';
import { localDate, systemClock } from './clock.ts';

export type Logger = pino.Logger;

/** Where lines go: a rolling file. `lost` counts lines that could not be written. */
export interface LogFile {
  write(line: string): void;
  flush(): void;
  /** Ends it: nothing is written or rolled any more. */
  close(): void;
  /** The part being written. */
  readonly path: string;
  readonly lost: number;
}

const PART_SIZE = '16m';

/** Opens `<dir>/<date>/<name>`; its parts are `<name>.<n>` beside the link. */
export async function openLogFile(dir: string, name: string): Promise<LogFile> {
  const stream = await pinoRoll({
    file: () => join(dir, localDate(systemClock.now()), name),
    frequency: 'daily',
    size: PART_SIZE,
    mkdir: true,
    sync: true,
  });
  let lost = 0;
  stream.on('error', () => {
    lost += 1;
  });
  stream.on('ready', link);
  link();

  function link(): void {
    try {
      linkPlainName(stream.file, name);
    } catch {
      lost += 1;
    }
  }
  return {
    write(line) {
      try {
        stream.write(line);
      } catch {
        lost += 1;
      }
    },
    flush() {
      try {
        stream.flushSync();
      } catch {
        lost += 1;
      }
    },
    close() {
      try {
        stream.end();
      } catch {
        lost += 1;
      }
    },
    get path() {
      return stream.file;
    },
    get lost() {
      return lost;
    },
  };
}

/**
 * Points `<folder of part>/<name>` at `part`; replaced in one step, so a reader never misses it.
 */
export function linkPlainName(part: string, name: string): void {
  const plain = join(dirname(part), name);
  const present = lstatSync(plain, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() && readlinkSync(plain) === basename(part)) return;
  const temporary = `${plain}.${process.pid}.link`;
  rmSync(temporary, { force: true });
  symlinkSync(basename(part), temporary);
  renameSync(temporary, plain);
}

/** A sink and the lowest level it takes. */
export interface LogSink {
  readonly level: pino.Level;
  readonly file: { write(line: string): void };
}

/** A structured logger: one JSON object a line with `time` (ISO), `level` (word), `id`, `msg`. */
export function makeLogger(id: string, sinks: readonly LogSink[]): Logger {
  const lowest = sinks.reduce<number>(
    (least, sink) => Math.min(least, pino.levels.values[sink.level] ?? 30),
    60,
  );
  return pino(
    {
      level: pino.levels.labels[lowest] ?? 'info',
      base: { id },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['', '*.', '*.*.'].flatMap((at) => [`${at}api_key`, `${at}secret_key`]),
        censor: '[secret]',
      },
    },
    pino.multistream(sinks.map(({ level, file }) => ({ level, stream: file }))),
  );
}
