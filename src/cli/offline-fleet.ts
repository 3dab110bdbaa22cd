/**
 * The fleet without its supervisor: registry records, corrected by what /proc says of each pid,
 * with the figures each bot saved last. A pid counts only with start time and boot id. Writes
 * nothing.
 */
import type { ExitEntry } from '../contract/history-api.ts';
import type { InstanceStatus, ListRow, RegistryRecord } from '../contract/fleet-api.ts';
import type { ProcessState, StatusView } from '../contract/instance-api.ts';
import { ageAt, systemClock } from '../platform/clock.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { openRegistry, recordLives, unknownInstance } from '../registry/index.ts';
import { readBooks, readHistory } from '../store/index.ts';

/** Rows and details of this home's instances. */
export interface FleetReader {
  list(): Promise<readonly ListRow[]>;
  /** Rejects with INSTANCE_UNKNOWN. */
  status(id: string): Promise<InstanceStatus>;
}

/** States that say nothing of a process being there. */
const RESTING: readonly ProcessState[] = ['stopped', 'failed', 'finished'];

/** Reads registry, /proc and stores of `home`; `notice` hears what is wrong with the registry. */
export function offlineFleet(home: Home, notice: (sentence: string) => void): FleetReader {
  const registry = openRegistry(home, { onNotice: notice });
  const { instances } = registry.read();
  return {
    list: async () =>
      Object.entries(instances).map(([id, record]) => describe(home, id, record)),
    status: async (id) => {
      const record = instances[id];
      if (record === undefined) {
        throw unknownInstance(home, id);
      }
      return { ...describe(home, id, record), exits: savedExits(home, id) };
    },
  };
}

type Description = Omit<InstanceStatus, 'exits'>;

function describe(home: Home, id: string, record: RegistryRecord): Description {
  const alive = recordLives(home, record);
  const status = savedStatus(fromHome(home, record.db_path));
  const state = alive ? livingState(record.state) : restingState(record.state);
  const since = alive ? record.start_time : null;
  return {
    id,
    state,
    desired: record.desired,
    grid_state: status?.grid_state ?? null,
    pid: alive ? record.pid : null,
    web_port: record.web_port,
    venue: status?.venue ?? null,
    mode: status?.mode ?? null,
    symbol: status?.symbol ?? null,
    position: status?.position ?? null,
    grid_profit: status?.grid_profit ?? null,
    total_pnl: status?.total_pnl ?? null,
    restarts: record.restarts,
    cpu_percent: null,
    memory_mb: null,
    uptime_s: since === null ? null : Math.round(ageAt(systemClock.sinceBoot(), since) / 1000),
    started_at: record.started_at,
    config_file: record.config_file,
    log_dir: record.log_dir,
    last_error: record.last_error?.message ?? null,
    state_reason: reasonOf(record, alive, state),
    db_path: record.db_path,
    generation: record.generation,
    last_exit: record.last_exit,
    safe_run: record.safe_run,
    problems: record.last_error?.problems ?? [],
    url: alive && record.web_port !== null ? `http://127.0.0.1:${record.web_port}` : null,
    config_note: null,
    status,
  };
}

function livingState(state: ProcessState): ProcessState {
  return RESTING.includes(state) || state === 'backoff' ? 'running' : state;
}

/** A planned restart outlives its supervisor: the next one goes on with the wait. */
function restingState(state: ProcessState): ProcessState {
  return RESTING.includes(state) || state === 'backoff' ? state : 'stopped';
}

function reasonOf(record: RegistryRecord, alive: boolean, state: ProcessState): string {
  if (!alive && state === 'backoff') return `${record.state_reason}; no supervisor runs to do it`;
  if (state === record.state) return record.state_reason;
  if (alive) return `process ${record.pid} lives without a supervisor`;
  return `the registry says ${record.state}, but no such process lives`;
}

function savedStatus(dbPath: string): StatusView | null {
  const books = readBooks(dbPath);
  try {
    return books?.status() ?? null;
  } catch {
    // Books that cannot be read leave the figures unknown; the verbs that need them say why.
    return null;
  } finally {
    books?.close();
  }
}

function savedExits(home: Home, id: string): ExitEntry[] {
  const history = readHistory(home.history);
  try {
    return history?.exits(id) ?? [];
  } catch {
    // The record still knows the last end.
    return [];
  } finally {
    history?.close();
  }
}
