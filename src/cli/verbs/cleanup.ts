/** `gridd cleanup`: clears what dead processes left behind, and says what it did. */
import { EXIT } from '../../contract/errors.ts';
import type { CleanupAction } from '../../contract/fleet-api.ts';
import type { Context } from '../context.ts';
import { ControlClient } from '../control-client.ts';
import { ensureSupervisor, infoOrNull } from '../ensure-supervisor.ts';
import { tellJson } from '../results.ts';

/** Cleans up, or with `dryRun` says what it would do. */
export async function cleanup(
  context: Context,
  options: { readonly dryRun?: boolean; readonly json?: boolean },
): Promise<number> {
  const { dryRun = false, json = false } = options;
  const actions = await act(context, dryRun);
  if (json) {
    tellJson(context, actions);
    return EXIT.done;
  }
  const prefix = dryRun ? 'would: ' : '';
  for (const { id, action } of actions) context.terminal.out(`${prefix}${id}: ${action}\n`);
  if (actions.length === 0) context.terminal.out('nothing to clean up\n');
  return EXIT.done;
}

async function act(context: Context, dryRun: boolean): Promise<readonly CleanupAction[]> {
  // A dry run changes nothing, and starting a supervisor would.
  if (dryRun && (await infoOrNull(new ControlClient(context.home))) === null) {
    return offlineLeftovers(context);
  }
  const { client } = await ensureSupervisor(context);
  return client.post<readonly CleanupAction[]>('/api/cleanup', { dry_run: dryRun });
}

async function offlineLeftovers(context: Context): Promise<CleanupAction[]> {
  const { cleanUp, openRegistry } = await import('../../registry/index.ts');
  context.terminal.err('no supervisor runs; this is what registry and files say\n');
  return cleanUp(context.home, openRegistry(context.home), new Set(), true);
}
