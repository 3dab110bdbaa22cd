/**
 * What `gridd doctor` looks at inside the home: supervisor, registry, databases, what dead
 * processes left, and ports. It reads; lifetime locks (*.lock.db) are never opened.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_RECEIVERS } from '../../contract/alerts.ts';
import { GriddError } from '../../contract/errors.ts';
import type { RegistryFile, SupervisorInfo } from '../../contract/fleet-api.ts';
import { say } from '../../contract/sentences.ts';
import type { Said } from '../../contract/sentences.ts';
import { fromHome, isLifetimeLock, toHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import { isListenedOn, toldHolder } from '../../platform/port-holder.ts';
import {
  activeClaims,
  findLeftovers,
  openRegistry,
  readAlertConfig,
  readConsoleConfig,
  readEnvFile,
  recordLives,
} from '../../registry/index.ts';
import { checkDatabase, readBooks } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { ControlClient } from '../control-client.ts';
import { publishedConsole } from '../endpoint.ts';
import { infoOrNull } from '../ensure-supervisor.ts';
import { packageVersion } from '../../platform/package-version.ts';
import { fail, failed, judgeOffsets, ok, warn } from './finding.ts';
import type { DoctorFinding } from './finding.ts';

type Records = RegistryFile['instances'];

/** Looks at the home; changes no content and starts nothing. */
export async function checkFleet(context: Context): Promise<DoctorFinding[]> {
  const { home } = context;
  const { finding, records } = checkRegistry(home);
  const offsets = judgeOffsets(clockOffsets(home, records));
  return [
    await checkSupervisor(context, records),
    finding,
    checkInstances(records),
    checkDatabases(home, records),
    checkLeftovers(home, records),
    checkPorts(home, records),
    ...checkAlerts(context),
    checkConsole(home),
    ...(offsets === null ? [] : [offsets]),
  ];
}

function checkRegistry(home: Home): { finding: DoctorFinding; records: Records } {
  const registry = openRegistry(home);
  try {
    const { instances } = registry.read();
    const [first] = registry.notices;
    if (first === undefined) {
      const found = say('registry_whole', { records: Object.keys(instances).length });
      return { finding: ok('registry', found), records: instances };
    }
    return { finding: fail('registry', first, say('registry_is_rebuilt')), records: instances };
  } catch (error) {
    if (!(error instanceof GriddError)) throw error;
    return { finding: failed('registry', error), records: {} };
  }
}

async function checkSupervisor(context: Context, records: Records): Promise<DoctorFinding> {
  let info: SupervisorInfo | null;
  try {
    info = await infoOrNull(new ControlClient(context.home));
  } catch (error) {
    if (!(error instanceof GriddError)) throw error;
    return failed('supervisor', error);
  }
  if (info === null) {
    const wanted = Object.values(records).filter(({ desired }) => desired === 'running').length;
    if (wanted === 0) return ok('supervisor', say('supervisor_unneeded'));
    return warn('supervisor', say('supervisor_needed', { wanted }), 'gridd supervisor start');
  }
  const { pid, version } = info;
  const runs = say('supervisor_runs', { pid, version });
  const installed = packageVersion();
  if (version === installed) return ok('supervisor', runs);
  const advice = 'gridd supervisor stop --keep-bots && gridd supervisor start';
  return warn('supervisor', say('supervisor_differs', { runs, installed }), advice);
}

function checkInstances(records: Records): DoctorFinding {
  const failed = Object.entries(records).filter(([, { state }]) => state === 'failed');
  const ids = failed.map(([id]) => id).join(', ');
  if (failed.length === 0) return ok('instances', say('none_failed'));
  return warn('instances', say('some_failed', { ids }), say('look_why_failed'));
}

function checkDatabases(home: Home, records: Records): DoctorFinding {
  const files = new Set(Object.values(records).map(({ db_path }) => fromHome(home, db_path)));
  for (const name of namesIn(home.database)) {
    if (name.endsWith('.db')) files.add(join(home.database, name));
  }
  const books = [...files].filter((file) => !isLifetimeLock(file) && existsSync(file)).sort();
  const reports = books.map((file) => ({ name: toHome(home, file), ...checkDatabase(file) }));
  const told = reports.flatMap(({ name, faults, unseen }) =>
    [...faults, ...(unseen === null ? [] : [unseen])].map((what) => `${name}: ${what}`),
  );
  if (told.length === 0) return ok('databases', say('databases_whole', { count: books.length }));
  if (reports.every(({ faults }) => faults.length === 0)) {
    return warn('databases', told.join('; '), say('let_go_of_database'));
  }
  return fail('databases', told.join('; '), say('begin_database_anew'));
}

/** What the bots that run have saved of their clocks, by instance. */
function clockOffsets(home: Home, records: Records): Map<string, number> {
  const offsets = new Map<string, number>();
  for (const [id, record] of Object.entries(records)) {
    if (!recordLives(home, record)) continue;
    const books = readBooks(fromHome(home, record.db_path));
    try {
      const offset = books?.status()?.clock_offset_ms ?? null;
      if (offset !== null) offsets.set(id, offset);
    } catch {
      // What is wrong with the database is said by the look at databases.
    } finally {
      books?.close();
    }
  }
  return offsets;
}

function checkLeftovers(home: Home, instances: Records): DoctorFinding {
  const left = findLeftovers(home, { instances });
  if (left.length === 0) return ok('leftovers', say('no_leftovers'));
  const names = left.map(({ file }) => toHome(home, file)).join(', ');
  return warn('leftovers', names, 'gridd cleanup');
}

function checkPorts(home: Home, records: Records): DoctorFinding {
  const wanted = new Map<string, number>();
  for (const { id, webPort } of activeClaims(home)) if (webPort !== null) wanted.set(id, webPort);
  for (const [id, { web_port }] of Object.entries(records)) {
    if (web_port !== null) wanted.set(id, web_port);
  }
  const lives = (id: string) => {
    const record = records[id];
    return record !== undefined && recordLives(home, record);
  };
  const taken = [...wanted]
    .filter(([id, port]) => !lives(id) && isListenedOn(port))
    .map(([id, port]) => say('own_port_held', { port, id, holder: toldHolder(port) }));
  const found = listOf(taken);
  if (found === null) return ok('ports', say('ports_free', { count: wanted.size }));
  return warn('ports', found, say('free_the_port'));
}

/** All of them in one sentence; halved, since only so many are followed within one another. */
function listOf(said: readonly Said[]): Said | null {
  const half = Math.floor(said.length / 2);
  if (half === 0) return said[0] ?? null;
  const [first, next] = [said.slice(0, half), said.slice(half)].map(listOf);
  return first && next ? say('and_besides', { said: first, next }) : null;
}

/** Nothing where there is no file: alerts are a choice. */
function checkAlerts({ home, environment }: Context): DoctorFinding[] {
  if (!existsSync(home.alerts)) return [];
  try {
    const { config } = readAlertConfig(home, { ...environment, ...readEnvFile(home) });
    const names = ALERT_RECEIVERS.filter((receiver) => config[receiver] !== undefined);
    if (names.length > 0) return [ok('alerts', say('alerts_go_to', { names: names.join(', ') }))];
    return [warn('alerts', say('no_receiver'), say('name_receiver'))];
  } catch (error) {
    if (!(error instanceof GriddError)) throw error;
    return [failed('alerts', error)];
  }
}

/** What the file says now; a supervisor has read it as it was at its start. */
function checkConsole(home: Home): DoctorFinding {
  const again = 'gridd supervisor stop --keep-bots && gridd supervisor start';
  try {
    const { enabled } = readConsoleConfig(home);
    const { console: url, console_fault: fault } = publishedConsole(home);
    if (fault !== undefined) return warn('console', `there is none: ${fault}`, again);
    if (url !== undefined) return ok('console', say('console_at', { url }));
    if (!enabled) return ok('console', say('console_off'));
    return ok('console', say('console_in_order'));
  } catch (error) {
    if (!(error instanceof GriddError)) throw error;
    const { code, message } = error;
    return { ...warn('console', message, say('mend_file_then', { command: again })), code };
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
