/**
 * The bot's care for its own log folder, each second and whether a supervisor lives or not: bounds,
 * raw output whose file was removed, what says who runs here, and a word where logs cannot be
 * written. Trading never depends on any of it.
 */
import { existsSync } from 'node:fs';
import type { BotLaunch } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { Clock } from '../platform/clock.ts';
import { INSTANCE_LOGS, LogWatch } from '../platform/log-watch.ts';
import { makeLogger, openLogFile } from '../platform/logger.ts';
import type { LogFile, Logger } from '../platform/logger.ts';

const LOOK_MS = 1000;

/** The bot's own logs; its warnings stand in a second file too. */
export interface BotLogs {
  readonly log: Logger;
  readonly files: readonly LogFile[];
}

/** Opens them as the launch says. */
export async function openBotLogs(
  launch: Pick<BotLaunch, 'id' | 'log_dir' | 'log_level'>,
): Promise<BotLogs> {
  const stdout = await openLogFile(launch.log_dir, 'bot_stdout.log');
  const stderr = await openLogFile(launch.log_dir, 'bot_stderr.log');
  const log = makeLogger(launch.id, [
    { level: launch.log_level ?? 'info', file: stdout },
    { level: 'warn', file: stderr },
  ]);
  return { log, files: [stdout, stderr] };
}

/** What is cared for. The functions are asked at each look. */
export interface LogCareParts {
  readonly dir: string;
  readonly clock: Clock;
  readonly pid: number;
  /** Null until the config is read. */
  readonly limits: () => InstanceConfig['daemon_config'] | null;
  /** The file that says who runs here, and how it is written; null: not now. */
  readonly record: () => { readonly path: string; write(): void } | null;
  /** Told why lines are lost, or null: none are. */
  readonly tell: (fault: string | null) => void;
}

/** Begins the looks. */
export function careForLogs(logs: BotLogs, parts: LogCareParts): void {
  const watch = new LogWatch(INSTANCE_LOGS);
  parts.clock.every(LOOK_MS, () => void look(watch, logs, parts));
}

async function look(watch: LogWatch, { log, files }: BotLogs, parts: LogCareParts): Promise<void> {
  const { dir, clock, pid } = parts;
  const reason = files.find(({ fault }) => fault !== null)?.fault ?? null;
  parts.tell(
    reason === null ? null : `The logs cannot be written (${reason}); trading goes on.`,
  );
  const record = parts.record();
  if (reason === null && record !== null && !existsSync(record.path)) record.write();
  const limits = parts.limits();
  if (limits === null) return;
  const news = await watch.look({ dir, limits, writer: pid, clock });
  if (news !== null) log[news.level](news.sentence);
}
