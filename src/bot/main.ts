/**
 * The process of one instance. Takes the instance's lifetime lock, says who it is, trades until
 * it is told to stop or killed, and leaves an exit record before every end of its own.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BOT_EXIT, GriddError, errorBody } from '../contract/errors.ts';
import type {
  BotLaunch,
  BotMethod,
  BotRecord,
  ExitRecord,
  StopReceipt,
} from '../contract/instance-api.ts';
import { say, sentenceOf } from '../contract/sentences.ts';
import type { Quoted } from '../contract/sentences.ts';
import { isoTime, systemClock as clock } from '../platform/clock.ts';
import { writeFileAtomic, writeJson } from '../platform/json-file.ts';
import { keepOthersFromWriting } from '../platform/umask.ts';
import { compileLate } from '../platform/late-compile.ts';
import { takeLifetimeLock } from '../platform/lifetime-lock.ts';
import type { LifetimeLock } from '../platform/lifetime-lock.ts';
import { homeAt, instanceLock } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { ownIdentity } from '../platform/process-identity.ts';
import { readEnvFile } from '../registry/index.ts';
import { Bot } from './bot.ts';
import { performCommand } from './commands.ts';
import { KeyShare } from './key-share.ts';
import { careForLogs, openBotLogs } from './log-care.ts';
import { SupervisorLink } from './supervisor-link.ts';

const END_TIMEOUT_MS = 5000;
/** So long a bot that was started for a panic waits to be asked for it. */
const UNASKED_MS = 10_000;
/** So often notes that were not confirmed are told again. */
const AUDIT_AGAIN_MS = 60_000;

/** A full disk must not end a bot that could trade: what cannot be written is said on stderr. */
function bestEffort(name: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    process.stderr.write(`${name} could not be written: ${String(error)}\n`);
  }
}

/** Says on stderr what went wrong, and returns it whole. */
function lastWords(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // The reason comes last: the last words of a bot are what its user is told first.
  const reason = error instanceof Error ? `${error.message}\n` : '';
  process.stderr.write(`${text}\n${reason}`);
  return text;
}

/** Ends this process while it has no log yet, with the reason as its last words. */
function refuseEarly(what: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  lastWords(new Error(`${what} cannot be used now: ${why}.`, { cause: error }));
  process.exit(1);
}

/** The safe run of a failed instance; resolves with what came of it. */
async function clearOrders(bot: Bot): Promise<string> {
  const { orders_cancelled: gone, orders_left: left, position } = await bot.session.clearOrders();
  return `safe mode: ${gone} orders cancelled, ${left} left, position ${position}`;
}

/** Calls `then` once, when the run is over for good. */
function onceDone(bot: Bot, then: (bot: Bot) => void): void {
  let seen = false;
  const look = () => {
    if (seen || !bot.session.done) return;
    seen = true;
    then(bot);
  };
  bot.runner.subscribe(look);
  look();
}

/** Leaves the word of an end that the process chose itself; none means a crash. */
function writeExit(
  path: string,
  { generation, code, reason, error }: Pick<ExitRecord, 'generation' | 'code' | 'reason'> & {
    readonly error: unknown;
  },
): void {
  const body: ExitRecord = {
    ...{ pid: process.pid, generation, code, reason, at: isoTime(clock.now()) },
    ...(error === undefined ? {} : { error: errorBody(error) }),
  };
  bestEffort('exit.json', () => writeJson(path, body));
}

/** The lock of the instance; where another process holds it this one ends. */
async function takeLock(home: Home, id: string): Promise<LifetimeLock> {
  const lockFile = instanceLock(home, id);
  const lock = await takeLifetimeLock(lockFile).catch((error: unknown) =>
    refuseEarly(`The lock ${lockFile}`, error),
  );
  if (lock !== null) return lock;
  process.stderr.write(`LOCK_HELD: another process runs ${id}\n`);
  process.exit(BOT_EXIT.lock_held);
}

async function main(launch: BotLaunch): Promise<void> {
  const home = homeAt(launch.home);
  const lock = await takeLock(home, launch.id);
  const file = (name: string) => join(launch.log_dir, name);
  rmSync(file('exit.json'), { force: true });
  const logs = await openBotLogs(launch).catch((error: unknown) =>
    refuseEarly(`The log folder ${launch.log_dir}`, error),
  );
  const { log } = logs;
  const { id, generation } = launch;
  let [bot, waits]: [Bot | null, Quoted | null] = [null, null];
  let [ending, asked] = [false, false];
  const record = (): void => {
    bestEffort('the log folder', () => mkdirSync(launch.log_dir, { recursive: true }));
    const who = { ...ownIdentity(), id, home: home.folder, generation };
    const body: BotRecord = { ...who, web_port: bot?.webPort ?? null };
    bestEffort('bot.json', () => writeJson(file('bot.json'), body));
    bestEffort('bot.pid', () => writeFileAtomic(file('bot.pid'), `${process.pid}\n`));
  };
  record();
  careForLogs(logs, {
    dir: launch.log_dir,
    clock,
    pid: process.pid,
    limits: () => bot?.limits ?? null,
    record: () => (ending ? null : { path: file('bot.json'), write: record }),
    tell: (fault) => bot?.runner.setDegraded('logs', fault),
  });

  const share = new KeyShare(clock);
  const link = new SupervisorLink({
    ...{ home: home.folder, endpointFile: home.endpoint, id, generation, clock, log },
    status: () => bot?.service.status() ?? null,
    webPort: () => bot?.webPort ?? null,
    turnAge: () => bot?.runner.turnAge() ?? 0,
    waitsFor: () => waits ?? bot?.runner.degradedCodes[0] ?? null,
    share,
    perform: (method, params) => perform(method, params),
    onLine: () => bot?.service.outbox.tell(),
    audited: (marks) => bot?.service.outbox.confirmed(marks),
  });
  share.onNews(() => link.sayBudget());

  const exitRecord = (code: number, reason: string, error?: unknown): void =>
    writeExit(file('exit.json'), { generation, code, reason, error });

  /** A crash: nothing is closed in good order, the next start recovers. */
  function crash(error: unknown): never {
    log.fatal({ error: lastWords(error) }, 'the bot crashed');
    process.exit(1);
  }

  async function end(code: number, reason: string): Promise<void> {
    if (ending) return;
    ending = true;
    clock.after(END_TIMEOUT_MS, () => process.exit(1), 'idle');
    await bot?.close();
    // Until the process is gone the line still beats: its books cannot be asked any more.
    bot = null;
    log.info({ code }, `the bot ends: ${reason}`);
    exitRecord(code, reason);
    for (const name of ['bot.pid', 'bot.json']) rmSync(file(name), { force: true });
    await link.exiting(code, reason);
    process.exit(code);
  }

  /** An end for which the user must act, once `close` has closed what was opened. */
  async function refuse(error: GriddError, close: () => Promise<void> | void): Promise<void> {
    if (ending) return;
    ending = true;
    clock.after(END_TIMEOUT_MS, () => process.exit(BOT_EXIT.configuration), 'idle');
    await close();
    process.stderr.write(`${error.code}: ${error.message}\n`);
    log.error({ error: error.toBody() }, error.message);
    exitRecord(BOT_EXIT.configuration, error.message, error);
    for (const name of ['bot.pid', 'bot.json']) rmSync(file(name), { force: true });
    await link.failed(error.toBody());
    process.exit(BOT_EXIT.configuration);
  }

  async function perform(method: BotMethod, params: unknown): Promise<unknown> {
    if (bot === null || ending) throw new GriddError('INSTANCE_BUSY', 'The bot is not ready.');
    asked ||= method === 'panic';
    if (method !== 'stop' && method !== 'panic') return performCommand(bot, method, params);
    const work = performCommand(bot, method, params) as Promise<StopReceipt>;
    const why = say(method === 'stop' ? 'stop_command' : 'panic_command');
    const over = () => void end(BOT_EXIT.clean, sentenceOf(why)).catch(crash);
    return bot.service.wishes.during(() => work, over);
  }

  const onRefused = (error: GriddError) => void refuse(error, () => bot?.close()).catch(crash);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void end(BOT_EXIT.clean, signal).catch(crash));
  }
  try {
    const variables = () => ({ ...process.env, ...readEnvFile(home) });
    const onPage = () => (ending ? undefined : record());
    const hooks = { onBug: crash, onRefused, onPage, waits: (why: Quoted | null) => (waits = why) };
    const around = { home, launch, variables, log, lock, share, supervisor: link };
    bot = await Bot.open({ ...around, ...hooks });
    bot.service.outbox.follow((note) => link.audit(note));
    clock.every(AUDIT_AGAIN_MS, () => bot?.service.outbox.tell());
    if (launch.cause === 'safe') {
      await end(BOT_EXIT.clean, await clearOrders(bot));
      return;
    }
    if (launch.cause === 'panic') {
      // Nothing begins: the panic command, which waits for this process, is all it is for. One
      // whose supervisor has died meanwhile does it unasked.
      await bot.beginFenced();
      link.ready();
      clock.after(UNASKED_MS, () => {
        if (!asked && !ending) void perform('panic', {}).catch(crash);
      });
      return;
    }
    // Told to end while it starts: what is not begun yet never begins.
    if (!ending) await bot.serve();
    if (!ending) await bot.begin();
    if (ending) return;
  } catch (error) {
    // What that end has closed meanwhile fails here.
    if (ending) return;
    if (!(error instanceof GriddError)) crash(error);
    return refuse(error, () => bot?.abandon());
  }
  record();
  log.info({ web_port: bot.webPort, pid: process.pid }, 'the grid is ready');
  link.ready();
  onceDone(bot, (done) => {
    const over = () => end(BOT_EXIT.done, sentenceOf(say('run_over')));
    // Told to end meanwhile: the next process writes it.
    const fail = (error: unknown) => (ending ? undefined : crash(error));
    if (!ending) done.session.writeEndReceipt().then(over).catch(fail);
  });
}

// Their files may be on a full disk: a word that is lost ends no bot and hides no exit code.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
compileLate();
keepOthersFromWriting();
await main(JSON.parse(process.argv[2] ?? '{}') as BotLaunch);
