/** `gridd pause ID…`: no new orders until `resume`. */
import type { Context } from '../context.ts';
import { fleetCommand } from '../fleet-command.ts';
import type { Selection } from '../select.ts';

/** Sends the command and tells each instance's answer. */
export function pause(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  return fleetCommand(context, 'pause', selection, options);
}
