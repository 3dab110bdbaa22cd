/**
 * Says of each instance that should run whether its config file says something else than what was
 * taken from it, for as long as it does: a restart goes on with what was taken, so an edit that
 * nobody takes must not be forgotten.
 */
import { errorBody } from '../contract/errors.ts';
import { parseMoney } from '../contract/decimal.ts';
import type { StatusView } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { fileStamp } from '../platform/folder-watch.ts';
import { fromHome } from '../platform/paths.ts';
import { changedKeys, readConfigText, textDigest } from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { readInstanceConfig, takenOf } from './instance-config.ts';
import type { Instance } from './instance.ts';

/** What is known of a file beside what was taken from it. */
export interface FileFacts {
  readonly id: string;
  /** As shown. */
  readonly file: string;
  readonly alive: boolean;
  /** Whether it is a program, which reads its CONFIG_FILE itself. */
  readonly external: boolean;
  readonly taken: InstanceConfig;
  /** What the file says; else why it cannot be used. */
  readonly says: InstanceConfig | string;
  /** Figures of the grid as it stands. */
  readonly status: StatusView | null;
}

/** Keys that are named at most. */
const NAMED = 3;
/** Looks, one a second, at which a file stays as it is before anything is said of it. */
const REST_LOOKS = 3;

/** The sentence about a file; null: it says what was taken, or what the grid does by now. PURE. */
export function fileNote(facts: FileFacts): string | null {
  const { id, file, alive, external, taken, says, status } = facts;
  const verb = alive ? `gridd reload ${id}` : `gridd restart ${id}`;
  const itself = external ? ' The program reads its CONFIG_FILE itself, as that is now.' : '';
  if (typeof says === 'string') {
    const fault = `${file} cannot be used (${says})`;
    const mend = `Mend it, then \`${verb}\`.`;
    return `${fault}: what was last taken from it stays in force. ${mend}${itself}`;
  }
  const changed = changedKeys(taken, says).filter((key) => !isInForce(key, says, status));
  if (changed.length === 0) return null;
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
  const keys = `${changed.slice(0, NAMED).join(', ')}${more}`;
  const edit = `${file} has changed since it was taken (${keys})`;
  return `${edit}: what was taken stays in force until \`${verb}\`.${itself}`;
}

/** Whether an adjust has set what the file says by now, as `gridd adjust --save` writes it. */
function isInForce(
  key: string,
  { strategy_config: says }: InstanceConfig,
  status: StatusView | null,
): boolean {
  if (status === null) return false;
  switch (key) {
    case 'strategy_config.grid_lower_price':
      return same(says.grid_lower_price, status.lower);
    case 'strategy_config.grid_upper_price':
      return same(says.grid_upper_price, status.upper);
    case 'strategy_config.grid_num':
      return same(says.grid_num, status.grids);
    case 'strategy_config.order_quantity':
      return same(says.order_quantity, status.quantity_per_grid);
    default:
      return false;
  }
}

function same(a: number | string | undefined, b: number | string): boolean {
  const value = a === undefined ? null : parseMoney(a);
  return value !== null && value === parseMoney(b);
}

/** What a file says; null: what was taken from it. */
interface Said {
  readonly says: FileFacts['says'] | null;
}

interface Look {
  /** Of the file, and of what was taken from it. */
  readonly mark: string;
  readonly times: number;
  /** Once that was read; null: not yet, or it cannot be used, which may change beside the file. */
  readonly config: InstanceConfig | null;
}

/** What is looked at of an instance, and the note that is set. */
export interface NotedInstance extends Pick<Instance, 'id' | 'record' | 'loaded'> {
  readonly around: Pick<Instance['around'], 'home'>;
  readonly process: Pick<NonNullable<Instance['process']>, 'external'> | null;
  readonly log: { warn(note: string): void };
  fileNote: string | null;
}

export class FileNotes<T extends NotedInstance> {
  readonly #instances: () => readonly T[];
  readonly #figures: (instance: T) => StatusView | null;
  readonly #looks = new Map<string, Look>();

  constructor(instances: () => readonly T[], figures: (instance: T) => StatusView | null) {
    this.#instances = instances;
    this.#figures = figures;
  }

  /** Looks at every file; once a second. */
  look(): void {
    for (const instance of this.#instances()) this.#lookAt(instance);
  }

  #lookAt(instance: T): void {
    const { id, record, around, loaded } = instance;
    const taken = takenOf(record);
    if (taken === null || record.desired === 'stopped') {
      instance.fileNote = null;
      this.#looks.delete(id);
      return;
    }
    const stamp = fileStamp(fromHome(around.home, record.config_file));
    const mark = `${stamp ?? 'none'} ${taken.sha256} ${taken.start}`;
    const before = this.#looks.get(id);
    const isSame = before?.mark === mark;
    const known = isSame ? before : { mark, times: 0, config: null };
    if (!isSame) instance.fileNote = null;
    const look = { ...known, times: known.times + 1 };
    // What an adjust does to the grid shows a moment later: while there is a note it is looked at.
    if (look.times < REST_LOOKS || (look.times > REST_LOOKS && instance.fileNote === null)) {
      this.#looks.set(id, look);
      return;
    }
    const said = known.config === null ? readSaid(instance, taken.sha256) : { says: known.config };
    // What the machine would not grant at this look is due again at the next.
    if (said === null || loaded === null) return;
    const { says } = said;
    this.#looks.set(id, { ...look, config: typeof says === 'string' ? null : says });
    const note = says === null ? null : this.#noteOf(instance, loaded, says);
    if (note !== null && note !== instance.fileNote) instance.log.warn(note);
    instance.fileNote = note;
  }

  #noteOf(instance: T, loaded: LoadedConfig, says: FileFacts['says']): string | null {
    const { id, record, process } = instance;
    return fileNote({
      ...{ id, file: record.config_file, alive: process !== null, taken: loaded.config, says },
      external: process?.external ?? (record.ran_program && loaded.program !== null),
      status: this.#figures(instance),
    });
  }
}

/** Null: the machine would not say now. */
function readSaid({ id, record, around }: NotedInstance, sha256: string): Said | null {
  try {
    // Mostly it is what was taken: that costs no reading of its keys.
    const text = readConfigText(fromHome(around.home, record.config_file));
    if (textDigest(text) === sha256) return { says: null };
    return { says: readInstanceConfig(around.home, id, record).loaded.config };
  } catch (thrown) {
    const { code, message } = errorBody(thrown);
    return code === 'INTERNAL' ? null : { says: message.replace(/\.$/, '') };
  }
}
