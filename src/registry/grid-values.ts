/**
 * Writing adjusted grid values back into a config file (`gridd adjust --save`): comments and
 * layout stay, and where bot_args win, the argument is changed too, so that the file says what it
 * does.
 */
import { applyEdits, modify } from 'jsonc-parser';
import { GriddError } from '../contract/errors.ts';
import type { Home } from '../platform/paths.ts';
import { knownFlags } from './bot-args.ts';
import { loadConfigText } from './config-file.ts';
import { replaceConfigText } from './config-text.ts';
import { isFlat } from './flat-format.ts';
import { isRecord, parseJsonc, readConfigText } from './jsonc-text.ts';
import type { LoadedConfig } from './loaded-config.ts';

/** Values to write; decimal text or numbers. What is absent stays as it is. */
export interface GridValues {
  readonly grid_lower_price?: number | string;
  readonly grid_upper_price?: number | string;
  readonly grid_num?: number;
  readonly order_quantity?: number | string;
}

interface Edit {
  readonly path: (string | number)[];
  readonly value: unknown;
}

const INDENT = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

/** The config as it would be with `values`; validated, nothing is written. */
export function withGridValues(
  home: Home,
  loaded: LoadedConfig,
  values: GridValues,
): LoadedConfig {
  const options = { instanceId: loaded.id };
  return loadConfigText(home, loaded.file, editedText(loaded, values), options);
}

/** Writes `values` into the config file, whole; throws what reading the result would throw. */
export function saveGridValues(home: Home, loaded: LoadedConfig, values: GridValues): void {
  const text = editedText(loaded, values);
  loadConfigText(home, loaded.file, text, { instanceId: loaded.id });
  replaceConfigText(loaded.file, text);
}

function editedText(loaded: LoadedConfig, values: GridValues): string {
  let text = readConfigText(loaded.file);
  const root = parseJsonc(text, loaded.file);
  if (!isRecord(root)) throw new GriddError('CONFIG_INVALID', `${loaded.file} is no config.`);
  const flat = isFlat(root);
  for (const [key, given] of Object.entries(values)) {
    if (given === undefined) continue;
    const value = numberWhereExact(given);
    const own: Edit = { path: flat ? [key] : ['strategy_config', key], value };
    for (const edit of [own, ...argumentEdits(root, flat, key, value)]) {
      text = applyEdits(text, modify(text, edit.path, edit.value, INDENT));
    }
  }
  return text;
}

/** Edits of every argument that sets `key`: both `--flag value` and `--flag=value`. */
function argumentEdits(
  root: Record<string, unknown>,
  flat: boolean,
  key: string,
  value: number | string,
): Edit[] {
  const daemon = flat ? root : root['daemon_config'];
  const args: unknown = isRecord(daemon) ? daemon['bot_args'] : undefined;
  if (!Array.isArray(args)) return [];
  const flags = knownFlags();
  const base = flat ? ['bot_args'] : ['daemon_config', 'bot_args'];
  return args.flatMap((arg: unknown, index): Edit[] => {
    const [name = '', ...inline] = String(arg).split('=');
    if (flags.get(name)?.join('.') !== `strategy_config.${key}`) return [];
    if (inline.length > 0) return [{ path: [...base, index], value: `${name}=${value}` }];
    if (index + 1 >= args.length) return [];
    const next = typeof args[index + 1] === 'number' ? value : String(value);
    return [{ path: [...base, index + 1], value: next }];
  });
}

/** A number where its text is the same; text that a float would change stays text. */
function numberWhereExact(value: number | string): number | string {
  if (typeof value === 'number') return value;
  return String(Number(value)) === value ? Number(value) : value;
}
