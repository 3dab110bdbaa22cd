/** The config of an instance as its file is now, whatever it was at the last launch. */
import { GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { readConfigFile } from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { checkLaunch, configFault } from './bot-process.ts';
import type { LaunchSurroundings } from './bot-process.ts';
import { isUserFault } from './start-fault.ts';

/**
 * Reads the config that `record` of `id` names. Throws what the registry room throws, and
 * CONFIG_CONFLICT when the file is now another instance's.
 */
export function readInstanceConfig(home: Home, id: string, record: RegistryRecord): LoadedConfig {
  const { config_file, instance_id_override } = record;
  const loaded = read(home, record, instance_id_override ? { instanceId: id } : {});
  if (loaded.id === id) return loaded;
  throw new GriddError('CONFIG_CONFLICT', `${config_file} is now of ${loaded.id}.`);
}

/** What in its config would fail a launch until the user acts, however long one waits. */
export function launchFault(
  around: Pick<LaunchSurroundings, 'home' | 'environment'>,
  id: string,
  record: RegistryRecord,
): ErrorBody | null {
  try {
    checkLaunch(around, readInstanceConfig(around.home, id, record), record);
    return null;
  } catch (thrown) {
    return isUserFault(thrown) ? errorBody(thrown) : null;
  }
}

function read(home: Home, record: RegistryRecord, options: { instanceId?: string }): LoadedConfig {
  try {
    return readConfigFile(home, fromHome(home, record.config_file), options);
  } catch (thrown) {
    throw configFault(thrown, record);
  }
}
