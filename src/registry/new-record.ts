/** The record of an instance that was never started: the one place that knows every empty field. */
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { say } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { isoTime } from '../platform/clock.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import type { LoadedConfig } from './loaded-config.ts';

/** A stopped record of the config at these places (absolute); `now` in milliseconds. */
export function newRecord(
  home: Home,
  places: Pick<LoadedConfig, 'file' | 'logDir' | 'dbPath'>,
  now: number,
  reason = say('never_started'),
): RegistryRecord {
  return {
    config_file: toHome(home, places.file),
    instance_id_override: false,
    registered_at: isoTime(now),
    pid: null,
    start_time: null,
    boot_id: null,
    generation: 0,
    log_dir: toHome(home, places.logDir),
    db_path: toHome(home, places.dbPath),
    web_port: null,
    desired: 'stopped',
    state: 'stopped',
    ...stateReason(reason),
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
  };
}
