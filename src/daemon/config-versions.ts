/**
 * The versions of every config in config/active: what is saved through the supervisor, and each
 * edit that is met on the disk. A text is written once its version is kept, and only over the text
 * it was made from; where it cannot be written its version goes again.
 */
import { basename } from 'node:path';
import { GriddError } from '../contract/errors.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import { say, sentenceOf } from '../contract/sentences.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import {
  activeClaims,
  activeFiles,
  changedPaths,
  createConfigText,
  idOfText,
  isLink,
  isPassing,
  readConfigText,
  replaceConfigText,
} from '../registry/index.ts';
import { MOST_VERSIONS } from '../store/index.ts';
import type { HistoryFile, NewVersion, StoredVersion, VersionFacts } from '../store/index.ts';
import type { FleetHistory } from './fleet-history.ts';

/** A look may meet the file before its author has told who they are. */
const AUTHOR_MS = 60_000;

export interface ConfigVersionsParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly log: Logger;
  readonly history: FleetHistory;
  /** Hears of each new version, archive and restore. */
  changed(): void;
}

/** A file of config/active as it is on the disk now. */
export interface ActiveConfig {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  /** Null: the history cannot be read or written now. */
  readonly version: VersionFacts | null;
}

/** Who writes a version, and why. */
export type Author = Pick<NewVersion, 'who' | 'origin' | 'note'>;

export class ConfigVersions {
  readonly #parts: ConfigVersionsParts;
  /** The id that a file had when it could be read; a broken one is still that instance's. */
  readonly #ids = new Map<string, string>();
  #mark = 0;

  constructor(parts: ConfigVersionsParts) {
    this.#parts = parts;
  }

  /** A config came or went. */
  moved(): void {
    this.#mark += 1;
    this.#parts.changed();
  }

  /** Grows with every version, archive and restore. */
  get mark(): number {
    return this.#mark;
  }

  /** Every file of config/active that can be read, with edits on the disk noted as versions. */
  look(): ActiveConfig[] {
    const files = activeFiles(this.#parts.home).flatMap((file) => this.#read(file) ?? []);
    const ids = files.map(({ id }) => id);
    return files.map(({ id, file, text }) => {
      // Of two files with one id nobody can say whose the versions are.
      const sole = ids.filter((other) => other === id).length === 1;
      return { id, file, text, version: sole ? this.#note(id, file, text) : null };
    });
  }

  /** The file of an id, looked at anew; CONFIG_NOT_FOUND, CONFIG_CONFLICT where two have it. */
  find(id: string): ActiveConfig {
    const { file, text } = this.#locate(id);
    return { id, file, text, version: this.#note(id, file, text) };
  }

  #locate(id: string): { readonly file: string; readonly text: string } {
    const found = activeFiles(this.#parts.home)
      .flatMap((file) => this.#read(file) ?? [])
      .filter((one) => one.id === id);
    const [first] = found;
    if (first === undefined) {
      throw new GriddError('CONFIG_NOT_FOUND', `No config in config/active has the id ${id}.`);
    }
    if (found.length > 1) {
      const names = found.map(({ file }) => toHome(this.#parts.home, file)).join(' and ');
      throw new GriddError('CONFIG_CONFLICT', `${names} have the same id ${id}.`);
    }
    return first;
  }

  /** Notes an edit of an instance's file, if there was one. */
  seen(id: string): void {
    // Of the other files only the claims are needed, and these are remembered.
    const [own, ...more] = activeClaims(this.#parts.home).filter((claim) => claim.id === id);
    const found = own === undefined || more.length > 0 ? null : this.#read(own.file);
    if (found?.id === id) this.#note(id, found.file, found.text);
  }

  /** Names who wrote the text that stands in the file now. */
  author(id: string, author: Author): VersionFacts | null {
    const { history, clock } = this.#parts;
    const { file, text } = this.#locate(id);
    const newest = this.newest(id);
    if (newest?.text !== text) {
      const changed = changedPaths(newest?.text ?? null, text, file);
      return this.#add({ ...author, instance: id, text, changed });
    }
    // A look met the text before its author told who they are.
    const entry = { instance: id, at_ms: clock.now(), text, ...author };
    history.use((kept) => kept.nameAuthor(entry, clock.now() - AUTHOR_MS));
    return history.use((kept) => kept.version(id, null));
  }

  /** Versions of an id, newest first. */
  all(id: string): readonly VersionFacts[] {
    return this.#ask((file) => file.versions(id));
  }

  /** One version with its text; VERSION_UNKNOWN. */
  one(id: string, version: number): StoredVersion {
    const found = this.#ask((file) => file.version(id, version));
    if (found !== null) return found;
    throw new GriddError('VERSION_UNKNOWN', `No version ${version} of ${id} is kept.`);
  }

  /** The newest version of an id, which need not be active; null: none is kept. */
  newest(id: string): StoredVersion | null {
    return this.#ask((file) => file.version(id, null));
  }

  /**
   * Writes `text` over `present` as its next version. CONFIG_CHANGED when the file is another than
   * `present` by now, CONFIG_UNWRITABLE, HISTORY_UNWRITABLE; then nothing was changed.
   */
  replace(present: ActiveConfig, text: string, author: Author): VersionFacts {
    const { id, file } = present;
    const write = () => {
      if (isLink(file) || readConfigText(file) !== present.text) throw changedMeanwhile(id);
      replaceConfigText(file, text);
    };
    const changed = changedPaths(present.text, text, file);
    return this.#write({ ...author, instance: id, text, changed }, file, write);
  }

  /** Writes a new file. FILE_EXISTS, CONFIG_UNWRITABLE, HISTORY_UNWRITABLE; then there is none. */
  create(id: string, file: string, given: string, author: Author): VersionFacts {
    const text = given.endsWith('\n') ? given : `${given}\n`;
    return this.comeBack(id, file, text, author, () => createConfigText(file, text));
  }

  /** As `create`, where `move` has the text stand in `file`; throws what that does. */
  comeBack(id: string, file: string, text: string, author: Author, move: () => void): VersionFacts {
    const changed = changedPaths(this.newest(id)?.text ?? null, text, file);
    return this.#write({ ...author, instance: id, text, changed }, file, move);
  }

  #write(entry: Omit<NewVersion, 'at_ms'>, file: string, write: () => void): VersionFacts {
    const added = this.#add(entry);
    if (added === null) throw this.#unwritable();
    try {
      write();
      return added;
    } catch (thrown) {
      // Where even that fails, the next look finds another text on the disk and notes it.
      this.#parts.history.use((kept) => kept.dropVersion(entry.instance, added.version));
      if (thrown instanceof GriddError) throw thrown;
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      const name = toHome(this.#parts.home, file);
      throw new GriddError('CONFIG_UNWRITABLE', `${name} cannot be written: ${why}.`);
    }
  }

  #read(file: string): Pick<ActiveConfig, 'id' | 'file' | 'text'> | null {
    let text: string;
    try {
      text = readConfigText(file);
    } catch (thrown) {
      // What cannot be read has no text to keep; whoever needs it says so.
      if (thrown instanceof GriddError || isPassing(thrown)) return null;
      throw thrown;
    }
    const id = idOfText(text, file) ?? this.#ids.get(file) ?? basename(file, '.json');
    if (!isInstanceId(id)) return null;
    this.#ids.set(file, id);
    return { id, file, text };
  }

  /** The newest version of a text on the disk, made now where it is none yet. */
  #note(id: string, file: string, text: string): VersionFacts | null {
    const known = this.#parts.history.use((kept) => ({ newest: kept.version(id, null) }));
    if (known === null) return null;
    const { newest } = known;
    if (newest?.text === text) return newest;
    const changed = changedPaths(newest?.text ?? null, text, file);
    const note = sentenceOf(say(newest === null ? 'met_on_disk' : 'edited_on_disk'));
    const author = { who: 'unknown', origin: 'file', note } as const;
    const added = this.#add({ ...author, instance: id, text, changed });
    if (added !== null && newest !== null) this.#noteEdit(added);
    return added;
  }

  /** An editor leaves no name: what it changed stands in the audit all the same. */
  #noteEdit({ instance, at_ms, who, version, changed }: VersionFacts): void {
    const after = JSON.stringify({ version, changed });
    this.#parts.history.verb({
      ...{ at_ms, verb: 'config edit', instance, what: '{}', outcome: 'ok', message: '' },
      ...{ who, from: 'config', before: null, after },
    });
  }

  /** Null: the history did not take it. */
  #add(entry: Omit<NewVersion, 'at_ms'>): VersionFacts | null {
    const { history, log, clock } = this.#parts;
    const whole = { ...entry, at_ms: clock.now() };
    const added = history.use((file) => file.addVersion(whole));
    if (added === null) return null;
    this.moved();
    const { version, dropped } = added;
    const { text: _text, ...facts } = whole;
    const { instance, origin, who, changed } = facts;
    log.info({ version, origin, who, changed }, `version ${version} of the config of ${instance}`);
    if (dropped > 0) {
      log.info(`the oldest ${dropped} of its versions went: ${MOST_VERSIONS} are kept`);
    }
    return { ...facts, version };
  }

  #ask<T>(work: (file: HistoryFile) => T): T {
    const found = this.#parts.history.use((file) => ({ value: work(file) }));
    if (found !== null) return found.value;
    throw this.#unwritable();
  }

  #unwritable(): GriddError {
    const why = this.#parts.history.facts().fault ?? 'it is being opened again';
    return new GriddError('HISTORY_UNWRITABLE', `The versions of configs cannot be kept: ${why}.`);
  }
}

function changedMeanwhile(id: string): GriddError {
  return new GriddError('CONFIG_CHANGED', `The file of ${id} was edited on the disk meanwhile.`);
}
