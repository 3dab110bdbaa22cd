/**
 * `gridd check ID`: everything of a live start but placing orders: config, keys, hosts, clock,
 * account, what stands there, and the grid on it. Changes nothing, here or at the venue.
 */
import { EXIT } from '../../contract/errors.ts';
import { readConfigFile } from '../../registry/index.ts';
import type { LoadedConfig } from '../../registry/index.ts';
import { checkText } from '../check/check-text.ts';
import { checkLive, isFirstLive } from '../check/live-check.ts';
import { choiceOf } from '../check/live-start.ts';
import type { Context } from '../context.ts';
import { exitOf } from '../failure.ts';
import { tellJson } from '../results.ts';
import { selectTargets, usage } from '../select.ts';
import type { Selection } from '../select.ts';

export interface CheckOptions {
  readonly adopt?: boolean;
  readonly ignore?: boolean;
  readonly json?: boolean;
}

/** Checks one instance; the exit code is that of the first thing that failed. */
export async function check(
  context: Context,
  selection: Selection,
  options: CheckOptions,
): Promise<number> {
  const loaded = lonely(context, selection);
  if (loaded.config.exchange_config.mode === 'paper' || loaded.program !== null) {
    throw usage(`${loaded.id} does not trade live: \`gridd validate\` checks its config.`);
  }
  const first = isFirstLive(loaded);
  const choice = choiceOf(options);
  const { report, error } = await checkLive(context, loaded, { first, choice });
  if (options.json === true) tellJson(context, report);
  else context.terminal.draw(checkText(context, report));
  return error === null ? EXIT.done : exitOf(error);
}

function lonely(context: Context, selection: Selection): LoadedConfig {
  const targets = selectTargets(context, selection);
  const [target] = targets;
  if (target === undefined || targets.length > 1) {
    throw usage(`This verb takes one instance, not ${targets.length}.`);
  }
  const { config_file, instance_id } = target;
  const named = instance_id === undefined ? {} : { instanceId: instance_id };
  return readConfigFile(context.home, config_file, named);
}
