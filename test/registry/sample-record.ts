/** Registry records for tests. */
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';

/** A record as the supervisor writes it. */
export function sampleRecord(id: string, changes: Partial<RegistryRecord> = {}): RegistryRecord {
  return {
    config_file: `config/active/${id}.json`,
    instance_id_override: false,
    registered_at: '2025-01-01T00:00:00.000Z',
    pid: null,
    start_time: null,
    boot_id: null,
    generation: 0,
    log_dir: `logs/${id}`,
    db_path: `database/${id}.db`,
    web_port: null,
    desired: 'stopped',
    state: 'stopped',
    state_reason: '',
    started_at: null,
    restarts: 0,
    restart_times: [],
    restart_boot_id: null,
    restart_at: null,
    safe_run: null,
    panic: null,
    stop_wish: null,
    begins_anew: null,
    last_exit: null,
    last_error: null,
    ran_program: false,
    live_start: null,
    config_taken: null,
    ...changes,
  };
}
