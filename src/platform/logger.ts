/**
 * Structured loggers: one JSON object a line, each sink with its own lowest level. Secrets are
 * blotted out.
 */
import pino from 'pino';
import { SECRET_NAMES } from '../contract/venues.ts';

export { linkPlainName, openLogFile } from './log-file.ts';
export type { LogFile } from './log-file.ts';

export type Logger = pino.Logger;

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
        paths: ['', '*.', '*.*.'].flatMap((at) =>
          [...SECRET_NAMES, 'proxy'].map((name) => `${at}${name}`),
        ),
        censor: '[secret]',
      },
    },
    pino.multistream(sinks.map(({ level, file }) => ({ level, stream: file }))),
  );
}
