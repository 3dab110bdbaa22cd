/**
 * One instance attached to the terminal: its log, until it ends. Ctrl-C is a stop command; a
 * second one leaves the instance to the supervisor. The end of this process alone never stops an
 * instance.
 */
import { EXIT, GriddError } from '../contract/errors.ts';
import type { InstanceStatus, VerbResult } from '../contract/fleet-api.ts';
import type { ProcessState } from '../contract/instance-api.ts';
import { systemClock } from '../platform/clock.ts';
import { LogCursor, logSources } from '../platform/log-reading/log-files.ts';
import { mergeLines } from '../platform/log-reading/log-lines.ts';
import type { LoadedConfig } from '../registry/index.ts';
import type { Context } from './context.ts';
import type { ControlClient } from './control-client.ts';
import { thrownText } from './failure.ts';
import { renderLogLine } from './log-text.ts';
import { tellResults } from './results.ts';

const POLL_MS = 200;
const POLLS_PER_STATUS = 5;
const ENDED: readonly ProcessState[] = ['stopped', 'failed', 'finished'];

/** Opens the log of the instance where it ends now, so that nothing of its start is missed. */
export function openAttachment(loaded: readonly LoadedConfig[]): LogCursor[] {
  const [config] = loaded;
  if (config === undefined) return [];
  const cursors = logSources(config.id, config.logDir).map((source) => new LogCursor(source));
  for (const cursor of cursors) cursor.tail(0, true);
  return cursors;
}

/** Shows the log until the instance ends, is stopped, or is left; returns the exit code. */
export async function attach(
  context: Context,
  client: ControlClient,
  id: string,
  cursors: readonly LogCursor[],
): Promise<number> {
  const { terminal } = context;
  let interrupts = 0;
  let stopped: number | null = null;
  const restore = terminal.onInterrupt(() => {
    interrupts += 1;
    if (interrupts === 1) void stopIt();
  });

  async function stopIt(): Promise<void> {
    terminal.err(`\nstopping ${id} ... (Ctrl-C again leaves it to the supervisor)\n`);
    try {
      const body = { ids: [id], on_stop: {} };
      const results = await client.post<readonly VerbResult[]>('/api/instances/stop', body);
      stopped = tellResults(context, results, false);
    } catch (error) {
      terminal.err(thrownText(error));
      stopped = error instanceof GriddError ? error.exit : EXIT.bug;
    }
  }

  try {
    for (let poll = 1; ; poll += 1) {
      showNew(context, cursors);
      if (stopped !== null) return stopped;
      if (interrupts > 1) {
        terminal.err(`left ${id} to the supervisor; \`gridd status ${id}\` shows it\n`);
        return EXIT.done;
      }
      if (poll % POLLS_PER_STATUS === 0 && interrupts === 0) {
        const end = await endOf(context, client, id);
        if (end !== null) return end;
      }
      await systemClock.delay(POLL_MS);
    }
  } finally {
    restore();
    showNew(context, cursors);
    for (const cursor of cursors) cursor.close();
  }
}

function showNew(context: Context, cursors: readonly LogCursor[]): void {
  const { terminal } = context;
  const now = systemClock.now();
  for (const line of mergeLines(cursors.map((cursor) => cursor.poll(now)))) {
    terminal.draw(renderLogLine(line, { colours: terminal.colours, idWidth: line.id.length }));
  }
}

/** The exit code once the instance ended on its own; null while it goes on. */
async function endOf(context: Context, client: ControlClient, id: string): Promise<number | null> {
  let found: InstanceStatus;
  try {
    found = await client.get<InstanceStatus>(`/api/instances/${encodeURIComponent(id)}`);
  } catch (error) {
    // The bot trades on without its supervisor: the log goes on too.
    if (error instanceof GriddError && error.code.startsWith('SUPERVISOR_')) return null;
    throw error;
  }
  if (!ENDED.includes(found.state)) return null;
  context.terminal.err(`${id} is ${found.state}: ${found.state_reason}\n`);
  return found.state === 'failed' ? EXIT.bug : EXIT.done;
}
