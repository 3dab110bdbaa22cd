/**
 * The instances of one home that the supervisor has in hand, beside the registry file that other
 * programs may change too: a record that was dropped there is forgotten here once no process
 * lives.
 */
import { relative } from 'node:path';
import { errorBody } from '../contract/errors.ts';
import type { GriddError } from '../contract/errors.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import type { StatusView } from '../contract/instance-api.ts';
import type { Logger } from '../platform/logger.ts';
import type { LogFolder } from '../platform/log-reading/log-page.ts';
import { fromHome, toHome } from '../platform/paths.ts';
import {
  activeClaims,
  conflictError,
  findConflicts,
  newRecord,
  unknownInstance,
} from '../registry/index.ts';
import type { LoadedConfig, Registry } from '../registry/index.ts';
import type { NamedClaim } from './fleet-view.ts';
import { Instance } from './instance.ts';
import { readStandingConfig } from './instance-config.ts';
import type { InstanceSurroundings } from './instance-surroundings.ts';
import type { RowParts } from './instance-rows.ts';
import { pageUrl } from './instance-watch.ts';
import { RecordWriter } from './record-writer.ts';
import { RestartGate } from './restart-gate.ts';
import { runSafely } from './safe-run.ts';
import { savedFigures } from './saved-figures.ts';

/** What instances are made with. */
type Own = 'portsInUse' | 'refuseConflicts' | 'restarts' | 'failed' | 'closing';
export interface FleetParts extends Omit<InstanceSurroundings, Own> {
  readonly registry: Registry;
  readonly log: Logger;
}

export class Fleet {
  readonly instances = new Map<string, Instance>();
  /** Set while the supervisor is ending: no process is started any more. */
  closing = false;
  readonly #parts: FleetParts;
  readonly #restarts: RestartGate;
  readonly #opening = new Map<string, Promise<Instance>>();

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#restarts = new RestartGate(parts.clock);
  }

  get all(): Instance[] {
    return [...this.instances.values()];
  }

  /** Of these instances, those that are known; null: of all. */
  logFolders(ids: readonly string[] | null): LogFolder[] {
    return Object.entries(this.#readRecords())
      .filter(([id]) => ids === null || ids.includes(id))
      .map(([id, { log_dir }]) => ({ id, dir: fromHome(this.#parts.home, log_dir) }));
  }

  /**
   * Whether some instance trades, or would trade, live: also one whose record is gone or was never
   * made, since a start needs no more than its config.
   */
  get isLive(): boolean {
    if (activeClaims(this.#parts.home).some(({ live }) => live)) return true;
    return this.all.some(({ process, loaded }) => {
      const mode = process?.status?.mode ?? loaded?.config.exchange_config.mode;
      return mode === 'live';
    });
  }

  /** What the files of config/active say, by their names in records. */
  claims(): NamedClaim[] {
    const { home } = this.#parts;
    try {
      const claims = activeClaims(home);
      return claims.map((claim) => ({ ...claim, file: relative(home.folder, claim.file) }));
    } catch {
      // Whoever asks for configs is told why; the fleet is shown all the same.
      return [];
    }
  }

  /** The record that was last started from this config file. */
  recordOf(file: string): RegistryRecord | undefined {
    const shown = toHome(this.#parts.home, file);
    const records = Object.values(this.#parts.registry.read().instances);
    return records.find(({ config_file }) => config_file === shown);
  }

  /** The instance of an id that is known; INSTANCE_UNKNOWN otherwise. */
  async find(id: string): Promise<Instance> {
    const known = this.known().some((parts) => parts.id === id);
    if (!known) throw this.unknown(id);
    return this.open(id, null);
  }

  /** INSTANCE_UNKNOWN for `id`. */
  unknown(id: string): GriddError {
    return unknownInstance(this.#parts.home, id);
  }

  /** Every record of the file, overlaid with what is known here; forgets what was dropped. */
  known(): RowParts[] {
    const instances = this.#readRecords();
    const since_boot = this.#parts.clock.sinceBoot();
    const known: RowParts[] = [];
    for (const [id, instance] of this.instances) {
      if (!instance.writer.exists) continue;
      const { record, process, loaded } = instance;
      known.push({
        id,
        record,
        loaded,
        alive: process !== null,
        external: process?.external ?? (record.ran_program && loaded?.program !== null),
        status: statusOf(instance),
        usage: process?.usage ?? null,
        url: pageUrl(instance),
        since_boot,
        next_start_at: instance.wait.due,
        file_note: instance.fileNote,
      });
    }
    for (const [id, record] of Object.entries(instances)) {
      if (this.instances.has(id)) continue;
      const rest = { external: record.ran_program, since_boot, next_start_at: null };
      const none = { loaded: null, status: null, usage: null, url: null, file_note: null };
      known.push({ id, record, alive: false, ...none, ...rest });
    }
    return known;
  }

  /** The records of the file; what was dropped there is forgotten here. */
  #readRecords(): Readonly<Record<string, RegistryRecord>> {
    const { instances } = this.#parts.registry.read();
    for (const [id, instance] of this.instances) {
      const { writer, process, restartWaits } = instance;
      const gone = !(id in instances) && writer.exists && writer.isClean;
      if (gone && process === null && !restartWaits) this.instances.delete(id);
    }
    return instances;
  }

  /**
   * What the instances other than `except` hold: those with a process, and those that are to have
   * one.
   */
  inHand(except: readonly string[]): LoadedConfig[] {
    this.#readRecords();
    return this.all.flatMap(({ id, process, loaded, record, logDir }) => {
      if (except.includes(id) || loaded === null) return [];
      if (process === null) return record.desired === 'running' ? [loaded] : [];
      // A process keeps the places it was started with, whatever its config says now.
      return [{ ...loaded, logDir, dbPath: fromHome(this.#parts.home, record.db_path) }];
    });
  }

  /**
   * Throws CONFIG_CONFLICT when another instance in hand has what `loaded` claims; `withStopped`:
   * or a config of config/active that does not run.
   */
  refuseConflicts(loaded: LoadedConfig, withStopped: boolean): void {
    const others = this.inHand([loaded.id]);
    const held = new Set(others.map(({ id }) => id));
    const conflicts = findConflicts(this.#parts.home, [loaded, ...others]).filter(
      ({ ids }) => ids.includes(loaded.id) && (withStopped || ids.some((id) => held.has(id))),
    );
    if (conflicts.length > 0) throw conflictError(conflicts);
  }

  /** The instance of `id`, made from its record, or from `loaded` when it is new. */
  open(id: string, loaded: LoadedConfig | null): Promise<Instance> {
    this.#readRecords();
    const present = this.instances.get(id);
    if (present !== undefined) return Promise.resolve(present);
    const opening = this.#opening.get(id) ?? this.#make(id, loaded);
    this.#opening.set(id, opening);
    return opening.finally(() => this.#opening.delete(id));
  }

  async #make(id: string, loaded: LoadedConfig | null): Promise<Instance> {
    const { home, registry, log: own, clock } = this.#parts;
    const kept = registry.read().instances[id];
    const fresh = () =>
      loaded === null ? null : newRecord(home, loaded, clock.now());
    const record = kept ?? fresh();
    if (record === null) throw this.unknown(id);
    const log = await this.#openLog(id, fromHome(home, record.log_dir));
    const update = registry.update.bind(registry);
    const writer = new RecordWriter(id, record, kept !== undefined, update, log, clock);
    const around: InstanceSurroundings = {
      ...this.#parts,
      portsInUse: (mine) => this.portsInUse(mine),
      refuseConflicts: (claims, withStopped) => this.refuseConflicts(claims, withStopped),
      restarts: this.#restarts,
      closing: () => this.closing,
      failed: (failed) => {
        const instance = this.instances.get(failed);
        if (instance !== undefined) runSafely(instance);
      },
    };
    const instance = new Instance(id, writer, loaded, log, around);
    if (loaded === null) {
      try {
        around.configSeen(id);
        instance.loaded = readStandingConfig(around, id, record);
      } catch (thrown) {
        own.warn(`the config of ${id} cannot be read: ${errorBody(thrown).message}`);
      }
    }
    this.instances.set(id, instance);
    return instance;
  }

  /** A folder that takes no log must not keep a living bot from being found. */
  async #openLog(id: string, logDir: string): Promise<Logger> {
    try {
      return await this.#parts.openLog(id, logDir);
    } catch (thrown) {
      this.#parts.log.warn(`${id} has no daemon.log: ${errorBody(thrown).message}`);
      return this.#parts.log;
    }
  }

  portsInUse(mine: string): number[] {
    return [...this.instances.values()].flatMap(({ id, process, record }) =>
      id !== mine && process !== null && record.web_port !== null ? [record.web_port] : [],
    );
  }
}

/** Figures of the last beat, or of the books of an instance that is down. */
export function statusOf(instance: Instance): StatusView | null {
  return instance.process === null ? savedFigures(instance) : instance.process.status;
}
