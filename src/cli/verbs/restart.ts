/**
 * `gridd restart ID…`: ends the bot without touching its orders and starts it again; starts a
 * stopped one.
 */
import type { Context } from '../context.ts';
import { fleetCommand } from '../fleet-command.ts';
import type { Selection } from '../select.ts';

/** Sends the command and tells each instance's answer. */
export function restart(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  return fleetCommand(context, 'restart', selection, options);
}
