/**
 * The config of an instance: as its file is now, for whatever the user asks for, or the text that
 * was last taken, for whatever happens by itself. An edit that nobody judged never starts with a
 * crash.
 */
import { GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { ConfigTaken, RegistryRecord } from '../contract/fleet-api.ts';
import type { BotLaunch } from '../contract/instance-api.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { quoted, say } from '../contract/sentences.ts';
import { fromHome, toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import {
  keepTakenText,
  loadConfigText,
  readConfigText,
  readTakenText,
  textDigest,
} from '../registry/index.ts';
import type { LoadedConfig, ReadOptions } from '../registry/index.ts';
import { checkLaunch, configFault, findLiving } from './bot-process.ts';
import type { LaunchSurroundings } from './bot-process.ts';
import { isUserFault } from './start-fault.ts';

/** A config with the text that it is of. */
export interface ConfigRead {
  readonly loaded: LoadedConfig;
  readonly text: string;
}

/** What a text is checked against. */
type Around = Pick<LaunchSurroundings, 'home' | 'environment'>;

/** What a launch runs with; `taken`: on record already, null where it is the file's. */
export interface LaunchConfig extends ConfigRead {
  readonly taken: ConfigTaken | null;
  readonly notes: readonly Note[];
}

/**
 * Reads the config file that `record` of `id` names. Throws what the registry room throws, and
 * CONFIG_CONFLICT when the file is now another instance's.
 */
export function readInstanceConfig(home: Home, id: string, record: RegistryRecord): ConfigRead {
  const { config_file } = record;
  const file = fromHome(home, config_file);
  try {
    const text = readConfigText(file);
    const loaded = loadConfigText(home, file, text, optionsOf(id, record));
    if (loaded.id === id) return { loaded, text };
    throw new GriddError('CONFIG_CONFLICT', `${config_file} is now of ${loaded.id}.`);
  } catch (thrown) {
    throw configFault(thrown, record);
  }
}

/**
 * What was taken for the process that was last launched; null: nothing was, or an older gridd has
 * launched one since. PURE.
 */
export function takenOf({ config_taken, generation }: RegistryRecord): ConfigTaken | null {
  return config_taken?.generation === generation ? config_taken : null;
}

/** Which text a launch runs with; `kept`: whether the one on record is there. PURE. */
export function chooseText(
  cause: BotLaunch['cause'],
  taken: ConfigTaken | null,
  kept: boolean,
): 'file' | 'kept' | 'lost' {
  if (cause === 'start' || taken === null) return 'file';
  return kept ? 'kept' : 'lost';
}

/** What a launch for `cause` runs with. Throws as `readInstanceConfig`. */
export function readLaunchConfig(
  around: Around,
  id: string,
  record: RegistryRecord,
  cause: BotLaunch['cause'],
): LaunchConfig {
  const { home } = around;
  const taken = takenOf(record);
  const text = taken === null ? null : readTakenText(fromHome(home, record.log_dir), taken.sha256);
  const choice = chooseText(cause, taken, text !== null);
  if (choice === 'kept' && text !== null) {
    const read = () => ({ loaded: loadTaken(home, id, record, text), text, taken, notes: [] });
    return cause === 'restart' ? read() : usableConfig(around, id, record, read);
  }
  const lost = say('text_lost', { id, file: record.config_file });
  const notes = choice === 'lost' ? [codedSaid(lost)] : [];
  return { ...readInstanceConfig(home, id, record), taken: null, notes };
}

/**
 * The kept text for a run that only ends what is there; where that text can start nothing, the file
 * if it names the same books: others would know nothing of what rests.
 */
function usableConfig(
  around: Around,
  id: string,
  record: RegistryRecord,
  read: () => LaunchConfig,
): LaunchConfig {
  try {
    const config = read();
    checkLaunch(around, config.loaded, record);
    return config;
  } catch (thrown) {
    const file = isUserFault(thrown) ? usableFile(around, id, record) : null;
    if (file === null) throw thrown;
    const why = quoted(errorBody(thrown));
    const note = say('runs_with_file', { file: record.config_file, why });
    return { ...file, taken: null, notes: [codedSaid(note)] };
  }
}

function usableFile(around: Around, id: string, record: RegistryRecord): ConfigRead | null {
  try {
    const file = readInstanceConfig(around.home, id, record);
    checkLaunch(around, file.loaded, record);
    const { program, dbPath } = file.loaded;
    return program === null && toHome(around.home, dbPath) === record.db_path ? file : null;
  } catch {
    return null;
  }
}

/** What its processes run with, as far as that is known. Throws as `readInstanceConfig`. */
function readRunningConfig(around: Around, id: string, record: RegistryRecord): LoadedConfig {
  return readLaunchConfig(around, id, record, 'restart').loaded;
}

/**
 * What stands for an instance whose supervisor begins: what runs, or would again by itself, else
 * its file, which the next start takes. Throws as `readInstanceConfig`.
 */
export function readStandingConfig(
  around: Around & Pick<LaunchSurroundings, 'hash'>,
  id: string,
  record: RegistryRecord,
): LoadedConfig {
  const { home, hash } = around;
  const runs = record.desired === 'running' || findLiving(home, hash, id, record) !== null;
  if (runs) return readRunningConfig(around, id, record);
  return readInstanceConfig(home, id, record).loaded;
}

/** What in its config would fail a restart until the user acts, however long one waits. */
export function launchFault(
  around: Around,
  id: string,
  record: RegistryRecord,
): ErrorBody | null {
  try {
    checkLaunch(around, readRunningConfig(around, id, record), record);
    return null;
  } catch (thrown) {
    return isUserFault(thrown) ? errorBody(thrown) : null;
  }
}

/** Sees to it that what a launch runs with is kept, as `keepText`. */
export function takeText(
  { taken, ...read }: Omit<LaunchConfig, 'notes'>,
  { generation, started_at }: { readonly generation: number; readonly started_at: string },
  notes: Note[],
): ConfigTaken | null {
  if (taken !== null) return { ...taken, generation };
  return keepText(read, { start: `${generation} ${started_at}`, generation }, notes);
}

/**
 * Keeps a text that was taken; answers what goes on record. One that cannot be kept must not keep
 * a grid from trading: null, and a word of it in `notes`.
 */
export function keepText(
  { loaded, text }: ConfigRead,
  taken: Omit<ConfigTaken, 'sha256'>,
  notes: Note[],
): ConfigTaken | null {
  try {
    keepTakenText(loaded.logDir, text);
    return { ...taken, sha256: textDigest(text) };
  } catch (error) {
    notes.push(codedSaid(say('text_unkept', { why: quoted(errorBody(error)) })));
    return null;
  }
}

/** The kept text as a config; no longer accepted, it says so and what to do. */
function loadTaken(home: Home, id: string, record: RegistryRecord, text: string): LoadedConfig {
  const file = fromHome(home, record.config_file);
  try {
    return loadConfigText(home, file, text, optionsOf(id, record));
  } catch (thrown) {
    const fault = configFault(thrown, record);
    if (!(fault instanceof GriddError) || fault.code === 'PROGRAM_MISSING') throw fault;
    const { code, message, problems } = fault;
    const hint = `\`gridd start ${id}\` takes the file as it is now.`;
    const which = `The config text that ${id} was last started with is no longer accepted`;
    throw new GriddError(code, `${which}: ${message}`, { problems, hint });
  }
}

function optionsOf(id: string, record: RegistryRecord): ReadOptions {
  return record.instance_id_override ? { instanceId: id } : {};
}
