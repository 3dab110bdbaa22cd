/**
 * `gridd panic [ID…|--all]`: cancels and closes now, whatever state the instances are in. Ends
 * flat, or with exit 1 and the reason. Asks only where somebody can answer: it is for emergencies.
 */
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { VerbResult } from '../../contract/fleet-api.ts';
import { openRegistry, unknownInstance } from '../../registry/index.ts';
import { confirmed } from '../confirm.ts';
import type { Context } from '../context.ts';
import { ensureSupervisor } from '../ensure-supervisor.ts';
import { tellJson, tellResults } from '../results.ts';
import { selectIds } from '../select.ts';
import type { Selection } from '../select.ts';

export interface PanicOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Sends the panic and tells what came of each instance. */
export async function panic(
  context: Context,
  selection: Selection,
  options: PanicOptions,
): Promise<number> {
  const { yes = false, json = false } = options;
  const ids = selectIds(context, selection);
  const { instances } = openRegistry(context.home).read();
  const stranger = ids?.find((id) => !Object.hasOwn(instances, id));
  if (stranger !== undefined) {
    throw unknownInstance(context.home, stranger);
  }
  if (ids === null && Object.keys(instances).length === 0) return tellNothing(context, json);
  if (!yes && context.terminal.interactive) {
    const whose = ids === null ? 'every instance that runs or holds anything' : ids.join(', ');
    const question = `Cancel all orders and close the position of ${whose} at market now?`;
    if (!(await confirmed(context, question))) {
      throw new GriddError('ANSWER_NEEDED', 'Nothing was done: the answer was not yes.', {
        hint: `\`gridd panic ${ids === null ? '--all' : ids.join(' ')} --yes\` does not ask.`,
      });
    }
  }
  const { client } = await ensureSupervisor(context);
  const results = await client.post<readonly VerbResult[]>('/api/instances/panic', { ids });
  if (results.length === 0) return tellNothing(context, json);
  return tellResults(context, results, json);
}

function tellNothing(context: Context, json: boolean): number {
  if (json) tellJson(context, []);
  else context.terminal.out('nothing to close: no instance runs or holds anything\n');
  return EXIT.done;
}
