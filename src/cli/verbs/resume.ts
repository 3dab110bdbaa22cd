/** `gridd resume ID…`: the grid goes on after a pause. */
import type { Context } from '../context.ts';
import { fleetCommand } from '../fleet-command.ts';
import type { Selection } from '../select.ts';

/** Sends the command and tells each instance's answer. */
export function resume(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  return fleetCommand(context, 'resume', selection, options);
}
