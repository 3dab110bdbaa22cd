/**
 * The daemon.log of every instance, one open file each. A file follows its instance to another
 * folder; loggers made before then write to the new file too. What could not be opened is tried
 * again with the next call.
 */
import { existsSync } from 'node:fs';
import { GriddError } from '../contract/errors.ts';
import { makeLogger, openLogFile } from '../platform/logger.ts';
import type { LogFile, Logger } from '../platform/logger.ts';

interface OpenLog {
  readonly dir: string;
  readonly file: LogFile;
}

export class InstanceLogs {
  /** The supervisor's own log, which takes every line too. */
  readonly #own: LogFile;
  readonly #open = new Map<string, OpenLog>();

  constructor(own: LogFile) {
    this.#own = own;
  }

  /** The logger of `id` into `logDir`; START_FAILED where no file can be opened there. */
  async open(id: string, logDir: string): Promise<Logger> {
    const present = this.#open.get(id);
    // A file whose folder was removed mends itself within a second; a launch does not wait for it.
    const fits = present?.dir === logDir && existsSync(present.file.path);
    if (!fits) {
      const file = await openIn(logDir);
      this.#open.get(id)?.file.close();
      this.#open.set(id, { dir: logDir, file });
    }
    const write = (line: string) => this.#open.get(id)?.file.write(line);
    return makeLogger(id, [
      { level: 'info', file: { write } },
      { level: 'info', file: this.#own },
    ]);
  }
}

async function openIn(logDir: string): Promise<LogFile> {
  try {
    return await openLogFile(logDir, 'daemon.log');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GriddError('START_FAILED', `daemon.log cannot be opened in ${logDir}: ${reason}`);
  }
}
