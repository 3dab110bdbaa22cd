/**
 * `gridd console`: prints where the fleet console is, and opens it where there is a display. Starts
 * the supervisor, which serves it, when none runs.
 */
import { EXIT, GriddError } from '../../contract/errors.ts';
import { findProgram } from '../../platform/machine.ts';
import { spawnDetached } from '../../platform/spawn.ts';
import type { Context } from '../context.ts';
import { ensureSupervisor } from '../ensure-supervisor.ts';

const OPENER = 'xdg-open';

/** Prints the address; `open` false: only that. */
export async function openConsole(
  context: Context,
  options: { readonly open?: boolean },
): Promise<number> {
  const { info } = await ensureSupervisor(context);
  const { url = null, note = null } = info.console ?? {};
  if (url === null) {
    const why = note ?? 'the supervisor that runs is an older one';
    throw new GriddError('CONSOLE_ABSENT', `There is no console: ${why.replace(/\.$/, '')}.`);
  }
  context.terminal.out(`${url}\n`);
  if (note !== null) context.terminal.err(`${note}\n`);
  if (options.open !== false) openPage(context, url);
  return EXIT.done;
}

/** What becomes of the browser is the desktop's affair: it may outlive us and says nothing. */
function openPage({ environment, home }: Context, url: string): void {
  const display = [environment['DISPLAY'], environment['WAYLAND_DISPLAY']];
  if (!display.some((name) => name !== undefined && name !== '')) return;
  const program = findProgram(OPENER, environment['PATH'] ?? '');
  if (program === null) return;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) env[name] = value;
  }
  const nowhere = { stdout: '/dev/null', stderr: '/dev/null', fresh: false };
  spawnDetached({ program, args: [url], cwd: home.folder, env, ...nowhere });
}
