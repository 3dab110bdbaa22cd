/**
 * `gridd reload [ID…]`: takes edited config files into running instances; without a name, into all
 * of them.
 */
import type { Context } from '../context.ts';
import { fleetCommand } from '../fleet-command.ts';
import type { Selection } from '../select.ts';

/** Sends the command and tells each instance's answer. */
export function reload(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  const { ids, config = [] } = selection;
  const named = ids.length + config.length > 0;
  const meant = named ? selection : { ...selection, all: true };
  return fleetCommand(context, 'reload', meant, options);
}
