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
import { readInstanceConfig } from './instance-config.ts';
import type { Instance } from './instance.ts';

/** What is known of a file beside what was taken from it. */
export interface FileFacts {
  readonly id: string;
  /** As shown. */
  readonly file: string;
  readonly alive: boolean;
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
  const { id, file, alive, taken, says, status } = facts;
  const verb = alive ? `gridd reload ${id}` : `gridd restart ${id}`;
  if (typeof says === 'string') {
    const fault = `${file} cannot be used (${says})`;
    return `${fault}: what was last taken from it stays in force. Mend it, then \`${verb}\`.`;
  }
  const changed = changedKeys(taken, says).filter((key) => !isInForce(key, says, status));
  if (changed.length === 0) return null;
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
  const keys = `${changed.slice(0, NAMED).join(', ')}${more}`;
  const edit = `${file} has changed since it was taken (${keys})`;
  return `${edit}: what was taken stays in force until \`${verb}\`.`;
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

interface Look {
  /** Of the file, and of what was taken from it. */
  readonly mark: string;
  readonly times: number;
}

export class FileNotes {
  readonly #instances: () => readonly Instance[];
  readonly #figures: (instance: Instance) => StatusView | null;
  readonly #looks = new Map<string, Look>();

  constructor(
    instances: () => readonly Instance[],
    figures: (instance: Instance) => StatusView | null,
  ) {
    this.#instances = instances;
    this.#figures = figures;
  }

  /** Looks at every file; once a second. */
  look(): void {
    for (const instance of this.#instances()) this.#lookAt(instance);
  }

  #lookAt(instance: Instance): void {
    const { id, record, around } = instance;
    const { config_taken: taken, desired } = record;
    if (taken === null || desired === 'stopped') {
      instance.fileNote = null;
      this.#looks.delete(id);
      return;
    }
    const stamp = fileStamp(fromHome(around.home, record.config_file));
    const mark = `${stamp ?? 'none'} ${taken.sha256} ${taken.generation}`;
    const before = this.#looks.get(id);
    const times = before?.mark === mark ? before.times + 1 : 1;
    this.#looks.set(id, { mark, times });
    // What an adjust does to the grid shows a moment later: while there is a note it is looked at.
    if (times < REST_LOOKS || (times > REST_LOOKS && instance.fileNote === null)) return;
    const note = this.#noteOf(instance, taken.sha256);
    if (note !== null && note !== instance.fileNote) instance.log.warn(note);
    instance.fileNote = note;
  }

  #noteOf(instance: Instance, sha256: string): string | null {
    const { id, record, around, loaded, process } = instance;
    if (loaded === null) return null;
    const facts = {
      ...{ id, file: record.config_file, alive: process !== null, taken: loaded.config },
      status: this.#figures(instance),
    };
    try {
      // Mostly it is what was taken: that costs no reading of its keys.
      const text = readConfigText(fromHome(around.home, record.config_file));
      if (textDigest(text) === sha256) return null;
      const { loaded: says } = readInstanceConfig(around.home, id, record);
      return fileNote({ ...facts, says: says.config });
    } catch (thrown) {
      const { code, message } = errorBody(thrown);
      if (code === 'INTERNAL') return instance.fileNote;
      return fileNote({ ...facts, says: message.replace(/\.$/, '') });
    }
  }
}
