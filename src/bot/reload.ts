/** What an edited config file asks of a running bot: read whole, compared, nothing done yet. */
import { GriddError } from '../contract/errors.ts';
import type { BotLaunch, ReloadAnswer } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { AdjustDiff } from '../engine/index.ts';
import type { Home } from '../platform/paths.ts';
import { appliedAs, changedKeys, expandConfig, readConfigFile } from '../registry/index.ts';
import type { LoadedConfig, Variables } from '../registry/index.ts';

/** An edited config and what differs. */
export interface Edited {
  readonly config: InstanceConfig;
  readonly warnings: LoadedConfig['warnings'];
  /** Keys for which the process must be started anew. */
  readonly restart: readonly string[];
  /** Keys that act in this process. */
  readonly inPlace: readonly string[];
}

/** Reads the file anew. Throws what reading it throws, and BOOKS_BOUND for another grid account. */
export function readEdited(
  home: Home,
  launch: BotLaunch,
  variables: Variables,
  present: InstanceConfig,
): Edited {
  const loaded = readConfigFile(home, launch.config_file, { instanceId: launch.id });
  const config = expandedOrPlain(loaded, variables);
  const changed = changedKeys(present, config);
  const live = present.exchange_config.mode === 'live';
  const other = live && changed.includes('metadata.exchange') ? ['metadata.exchange'] : [];
  const [bound] = [...appliedAs(changed, 'bound'), ...other];
  if (bound !== undefined) {
    throw new GriddError('BOOKS_BOUND', `The books of ${launch.id} belong to another ${bound}.`);
  }
  const restart = appliedAs(changed, 'restart');
  const inPlace = appliedAs(changed, 'shown', 'run', 'grid');
  return { config, warnings: loaded.warnings, restart, inPlace };
}

/**
 * The supervisor has every variable, this process those of its start: a name that is new here
 * stays as it is written, differs, and asks for a restart.
 */
function expandedOrPlain(loaded: LoadedConfig, variables: Variables): InstanceConfig {
  try {
    return expandConfig(loaded, variables).config;
  } catch (error) {
    if (error instanceof GriddError && error.code === 'ENV_MISSING') return loaded.config;
    throw error;
  }
}

/** The orders of an adjust, counted. */
export function ordersOf(diff: AdjustDiff): ReloadAnswer['orders'] {
  const { kept, cancelled, placed } = diff;
  return { kept: kept.length, cancelled: cancelled.length, placed: placed.length };
}
