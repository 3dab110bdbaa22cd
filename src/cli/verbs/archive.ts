/**
 * `gridd archive ID`: retires the config of a stopped instance; its books and logs stay where they
 * are.
 */
import { EXIT, GriddError } from '../../contract/errors.ts';
import { toHome } from '../../platform/paths.ts';
import { archiveInstance, openRegistry } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { readList } from '../fleet-reader.ts';
import { tellJson } from '../results.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

/** Moves the config to config/archived; INSTANCE_RUNNING while a bot runs or should run. */
export async function archive(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  const id = selectOne(context, selection);
  const row = (await readList(context)).find((one) => one.id === id);
  if (row !== undefined && (row.pid !== null || row.desired === 'running')) {
    throw new GriddError('INSTANCE_RUNNING', `${id} is not stopped (state ${row.state}).`, {
      hint: `Stop it first: \`gridd stop ${id}\`.`,
    });
  }
  const moved = archiveInstance(context.home, id);
  // A start at this very moment keeps its record; the supervisor then says that its config is gone.
  await openRegistry(context.home).update(id, (record) =>
    record?.desired === 'running' ? record : null,
  );
  const [from, to] = [toHome(context.home, moved.from), toHome(context.home, moved.to)];
  if (options.json === true) tellJson(context, { id, from, to });
  else context.terminal.out(`${id}: ${from} -> ${to}\n`);
  return EXIT.done;
}
