/** `gridd close-carry ID`: closes at market what an adjust left without a grid. */
import { EXIT } from '../../contract/errors.ts';
import type { CloseCarryAnswer } from '../../contract/instance-api.ts';
import type { Context } from '../context.ts';
import { tellJson } from '../results.ts';
import { clientFor, instancePath } from '../running-client.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

/** Closes the carry and tells what is left of it. */
export async function closeCarry(
  context: Context,
  selection: Selection,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const id = selectOne(context, selection);
  const client = await clientFor(context, id);
  const answer = await client.post<CloseCarryAnswer>(instancePath(id, 'close-carry'), {});
  if (json) tellJson(context, answer);
  else context.terminal.out(`${id}: ${sentence(answer)}\n`);
  return EXIT.done;
}

function sentence({ carry_before: before, carry, pending }: CloseCarryAnswer): string {
  if (before === '0') return 'there is no carry; nothing was traded';
  if (pending) return `carry ${before}; its order is under way, ${carry} is left so far`;
  return `carry closed: ${before} before, ${carry} now`;
}
