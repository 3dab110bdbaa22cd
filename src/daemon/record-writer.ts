/**
 * The registry record of one instance: changed in memory at once, on disk soon after, several
 * changes of one turn in one write. Only named fields are written over what the file holds, and a
 * record that another program dropped is not brought back. A failed write is tried again with the
 * next one.
 */
import type { RegistryRecord } from '../contract/fleet-api.ts';
import type { RecordChange } from '../registry/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';

/** Writes one record under the registry's lock. */
export type RegistryUpdate = (id: string, change: RecordChange) => Promise<RegistryRecord | null>;

export class RecordWriter {
  readonly #id: string;
  readonly #update: RegistryUpdate;
  readonly #log: Logger;
  readonly #clock: Clock;
  #record: RegistryRecord;
  #pending: Partial<RegistryRecord> = {};
  #writing: Promise<void> | null = null;
  #exists: boolean;
  #dropped = false;
  #held: Promise<unknown> | null = null;

  /** `exists`: the record is in the file already; otherwise the first save creates it. */
  constructor(
    id: string,
    record: RegistryRecord,
    exists: boolean,
    update: RegistryUpdate,
    log: Logger,
    clock: Clock,
  ) {
    this.#id = id;
    this.#record = record;
    this.#exists = exists;
    this.#update = update;
    this.#log = log;
    this.#clock = clock;
  }

  get record(): RegistryRecord {
    return this.#record;
  }

  /** Whether the file has (or had) this record. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Whether the last write found that another program had dropped the record. */
  get dropped(): boolean {
    return this.#dropped;
  }

  get isClean(): boolean {
    return this.#writing === null && Object.keys(this.#pending).length === 0;
  }

  /** Changes fields; the write follows by itself. */
  save(patch: Partial<RegistryRecord>): void {
    this.#record = { ...this.#record, ...patch };
    this.#pending = { ...this.#pending, ...patch };
    this.settled().catch((error: unknown) => {
      this.#log.error({ err: error }, 'the registry could not be written');
    });
  }

  /**
   * Keeps what was saved off the disk until `work` has ended, so that it is written together with
   * what follows from it. `work` must not wait for a write itself.
   */
  holdFor<T>(work: Promise<T>): Promise<T> {
    this.#held = work.catch(() => null);
    return work;
  }

  /** As `settled`, with the failure as a value: null when all of it is on disk. */
  async attempt(): Promise<Error | null> {
    try {
      await this.settled();
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Resolves when everything saved so far is on disk; rejects when it could not be written. */
  settled(): Promise<void> {
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #flush(): Promise<void> {
    // One turn later: changes that belong together are written together, such as an end and the
    // start of the next process.
    await this.#clock.breathe();
    await this.#held;
    while (Object.keys(this.#pending).length > 0) {
      const patch = this.#pending;
      const whole = this.#record;
      this.#pending = {};
      try {
        const create = !this.#exists;
        const written = await this.#update(this.#id, (record) => {
          if (record === null) return create ? whole : null;
          if (!create) return { ...record, ...patch };
          return { ...whole, registered_at: record.registered_at };
        });
        this.#exists = true;
        this.#dropped = written === null;
      } catch (error) {
        this.#pending = { ...patch, ...this.#pending };
        throw error;
      }
    }
  }
}
