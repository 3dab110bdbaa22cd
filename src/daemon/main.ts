/**
 * The supervisor's process: `--home FOLDER [--on-term keep|stop] [--bot FILE]`. Holds the home's
 * lifetime lock, opens both sockets, finds its bots and looks after them until it is told to leave;
 * bots go on without it, unless `--on-term stop` says that a signal to leave ends them first. Exit
 * code 75: another supervisor of this home runs.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BOT_EXIT, EXIT, GriddError } from '../contract/errors.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { keepOthersFromWriting } from '../platform/umask.ts';
import { takeLifetimeLock } from '../platform/lifetime-lock.ts';
import { LogWatch, SUPERVISOR_LOGS } from '../platform/log-watch.ts';
import { makeLogger, openLogFile } from '../platform/logger.ts';
import type { Logger } from '../platform/logger.ts';
import { userName } from '../platform/machine.ts';
import { packageVersion } from '../platform/package-version.ts';
import { PACKAGE_FOLDER, findHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { accountName, finishRestore, finishedSentence, openRegistry } from '../registry/index.ts';
import { noteDeed } from '../store/index.ts';
import { addLocalConfigRoutes } from '../web/server/config-routes.ts';
import { serveFleet } from '../web/server/fleet-server.ts';
import { accountsOf } from './accounts.ts';
import { auditedConfigs } from './audited-configs.ts';
import { auditedFleet } from './audited-fleet.ts';
import { openBotLink } from './bot-link.ts';
import { ConfigDesk } from './config-desk.ts';
import { ConfigVersions } from './config-versions.ts';
import { FleetConsole } from './console.ts';
import { consoleService } from './console-service.ts';
import { DoctorRun } from './doctor-run.ts';
import { FleetHistory } from './fleet-history.ts';
import { InstanceLogs } from './instance-logs.ts';
import { Sockets } from './sockets.ts';
import { chooseEndpoint, homeHash } from './socket-folder.ts';
import type { SocketSurroundings } from './socket-folder.ts';
import { Supervisor } from './supervisor.ts';

const CLI_MAIN = join(PACKAGE_FOLDER, 'dist', 'cli', 'main.js');
const LOOK_MS = 1_000;
const OWN_LOGS = { log_retention_days: 7, log_max_mb: 200, log_cleanup_interval: 86_400 };
const LEAVE_TIMEOUT_MS = 3_000;

async function main(): Promise<void> {
  // They are files on a disk that may be full: what cannot be printed must not end us.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      bot: { type: 'string' },
      'on-term': { type: 'string', default: 'keep' },
    },
  });
  const home = findHome(values.home, process.env, process.cwd());
  mkdirSync(home.supervisorLogs, { recursive: true });
  const lock = await takeLifetimeLock(home.supervisorLock);
  if (lock === null) {
    process.stderr.write(`LOCK_HELD: a supervisor of ${home.folder} runs already\n`);
    process.exit(BOT_EXIT.lock_held);
  }
  const file = await openLogFile(home.supervisorLogs, 'supervisor.log');
  const log = makeLogger('supervisor', [{ level: 'info', file }]);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the supervisor crashed; its bots go on');
    file.flush();
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(EXIT.bug);
  });
  // Before anything looks for books: a bot whose database is not in place would begin new ones.
  await finishCutOff(home, log);
  const registry = openRegistry(home, { onNotice: (sentence) => log.warn(sentence) });
  const endpoint = chooseEndpoint(home, socketSurroundings(), process.pid);
  const instanceLogs = new InstanceLogs(file);
  const history = new FleetHistory({ file: home.history, clock, log, present: existsSync });
  const changed = () => supervisor.view.changed();
  const versions = new ConfigVersions({ home, clock, log, history, changed });
  const fleetConsole = new FleetConsole({
    ...{ home, log, assets: join(PACKAGE_FOLDER, 'dist', 'web', 'ui') },
    records: () => registry.read().instances,
    isLive: () => supervisor.isLive,
    logs: { folders: (ids) => supervisor.logFolders(ids) },
  });
  const supervisor: Supervisor = new Supervisor({
    home,
    hash: homeHash(home),
    clock,
    registry,
    log,
    history,
    environment: process.env,
    botMain: values.bot ?? join(PACKAGE_FOLDER, 'dist', 'bot', 'main.js'),
    version: packageVersion(),
    pid: process.pid,
    random: () => Math.random(),
    memoryMb: () => Math.round(process.memoryUsage.rss() / 104857.6) / 10,
    console: () => fleetConsole.facts,
    configMark: () => versions.mark,
    accountOf: accountsOf((loaded) => accountName(home, loaded, process.env)),
    openLog: (id, logDir) => instanceLogs.open(id, logDir),
    configSeen: (id) => versions.seen(id),
    leave: () => void leave('asked over the control API'),
  });
  // Adoption comes first: whoever reaches a socket meets a supervisor that knows its bots.
  await supervisor.find();
  const bots = await openBotLink(endpoint.bot_socket, supervisor.linkOwner, clock);
  const typist = { who: userName(), from: 'cli' };
  const desk = new ConfigDesk({
    ...{ home, versions, registry, environment: process.env },
    judgeEdit: (next) => supervisor.judgeEdit(next),
    judgeStart: (next) => supervisor.judgeStart(next),
    fleet: (actor) => auditedFleet(supervisor, history, clock, actor),
  });
  const configs = auditedConfigs(desk, history, clock);
  const control = await serveFleet(auditedFleet(supervisor, history, clock, typist), {
    socket: endpoint.control_socket,
    home: home.folder,
    more: (app) => addLocalConfigRoutes(app, configs, () => typist),
    log: (error) => log.error({ err: error }, 'the control API failed'),
  });
  const doctor = new DoctorRun([process.execPath, CLI_MAIN], home.folder, process.env);
  await fleetConsole.open(
    consoleService({
      ...{ home, clock, registry, history, fleet: supervisor, view: supervisor.view },
      doctor: () => doctor.look(),
    }),
    configs,
  );
  const published = { ...endpoint, ...fleetConsole.published };
  const sockets = new Sockets(home, published, { control, bots }, (line) => log.warn(line));

  let leaving = false;
  async function leave(reason: string, code: number = EXIT.done): Promise<void> {
    if (leaving) return;
    leaving = true;
    log.info(`the supervisor leaves: ${reason}; its bots go on`);
    clock.after(LEAVE_TIMEOUT_MS, () => process.exit(code));
    sockets.close();
    await Promise.all([control.close(), fleetConsole.close()]);
    await supervisor.close();
    bots.close();
    history.close();
    file.flush();
    process.exit(code);
  }
  let ending = false;
  async function endBotsAndLeave(signal: string): Promise<void> {
    if (ending) return;
    ending = true;
    log.info(`${signal}: the bots are ended first; their orders rest`);
    try {
      // It leaves by itself once every bot has ended.
      await supervisor.shutdown('stop');
    } catch (error) {
      log.error({ err: error }, 'a bot could not be ended');
      await leave(signal);
    }
  }
  const onTerm = values['on-term'] === 'stop' ? endBotsAndLeave : leave;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void onTerm(signal));
  }
  sockets.publish();
  supervisor.begin();
  versions.look();
  log.info({ pid: process.pid, home: home.folder }, 'the supervisor is ready');
  const ownLogs = new LogWatch(SUPERVISOR_LOGS);
  const ownFolder = { dir: home.supervisorLogs, limits: OWN_LOGS, writer: process.pid, clock };
  clock.every(LOOK_MS, () => {
    // Without its lock a second supervisor may run: the bots are better off with that one alone. No
    // clean end, so that a service manager starts the next one.
    if (!lock.guards()) {
      void leave(`${home.supervisorLock} was removed`, EXIT.bug);
      return;
    }
    void sockets.look();
    void ownLogs.look(ownFolder).then((news) => news && log[news.level](news.sentence));
    history.flush();
  });
}

/** Finishes a restore that was cut off, and notes in the audit that it was made. */
async function finishCutOff(home: Home, log: Logger): Promise<void> {
  const restored = await finishRestore(home).catch((error: unknown) => {
    log.fatal({ err: error }, 'nothing starts');
    throw error;
  });
  if (restored === null) return;
  log.warn(finishedSentence(restored));
  const { from, taken_at, who } = restored;
  try {
    noteDeed(home.history, {
      ...{ at_ms: clock.now(), verb: 'restore', instance: null, outcome: 'ok', message: '' },
      ...{ what: JSON.stringify({ from, taken_at, cut_off: true }), who, from: 'cli' },
    });
  } catch (error) {
    log.warn({ err: error }, 'the restore is not in the audit');
  }
}

function socketSurroundings(): SocketSurroundings {
  const { XDG_RUNTIME_DIR: runtime_dir } = process.env;
  return { uid: process.getuid?.() ?? 0, runtime_dir, temporary: tmpdir() };
}

keepOthersFromWriting();
main().catch((error: unknown) => {
  const text =
    error instanceof GriddError
      ? `${error.code}: ${error.message}\n${error.hint}`
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(error instanceof GriddError ? error.exit : EXIT.bug);
});
