/**
 * What comes over the bot link, taken as facts about an instance: who may be its bot, that it is
 * ready, how it fares. It starts and ends nothing.
 */
import type { BotMessage } from '../contract/instance-api.ts';
import { say } from '../contract/sentences.ts';
import { stateReason } from '../contract/state-reason.ts';
import { isAlive } from '../platform/process-identity.ts';
import { readBotRecord } from '../registry/index.ts';
import type { BotConnection, Hello } from './bot-link.ts';
import { Gate } from './gate.ts';
import type { Instance } from './instance.ts';
import type { RunningProcess } from './running-process.ts';

/** Why a process that says it is the bot of `instance` is not; null when it is. */
export function judgeHello(instance: Instance, hello: Hello): string | null {
  if (hello.home !== instance.around.home.folder) return 'it belongs to another home';
  if (!isAlive(hello)) return 'no such process lives';
  const { process } = instance;
  if (process !== null) {
    const { identity, generation } = process;
    const same = identity.pid === hello.pid && identity.start_time === hello.start_time;
    if (!same) return `pid ${identity.pid} is its bot`;
    return generation === hello.generation ? null : `generation ${generation} runs`;
  }
  const own = readBotRecord(instance.logDir);
  const matches =
    own !== null &&
    own.pid === hello.pid &&
    own.start_time === hello.start_time &&
    own.boot_id === hello.boot_id &&
    own.generation === hello.generation;
  return matches ? null : 'bot.json does not name it';
}

/** A bot that was judged well is on the line. */
export function noteConnected(instance: Instance, connection: BotConnection): void {
  const { pid, start_time, boot_id, generation } = connection.hello;
  const identity = { pid, start_time, boot_id };
  const process = instance.process ?? instance.adopt(identity, generation, say('called_home'));
  process.connection?.close();
  process.connection = connection;
  process.heardAt = instance.around.clock.monotonic();
  process.connected.open();
}

/** The line ended: perhaps the process did too. */
export function noteDisconnected(instance: Instance, connection: BotConnection): void {
  const { process } = instance;
  if (process === null || process.connection !== connection) return;
  process.connection = null;
  process.connected = new Gate();
  void instance.watchEnd(process);
}

/** A message of the bot. */
export function noteMessage(
  instance: Instance,
  connection: BotConnection,
  message: BotMessage,
): void {
  const { process } = instance;
  if (process === null || process.connection !== connection) return;
  process.heardAt = instance.around.clock.monotonic();
  switch (message.type) {
    case 'ready':
      noteReady(instance, process, message.web_port);
      break;
    case 'failed':
      process.failure = message.error;
      instance.log.error({ error: message.error }, `cannot start: ${message.error.message}`);
      break;
    case 'beat':
      process.turnAgeMs = message.turn_age_ms;
      if (message.status !== null) process.status = message.status;
      if (!process.ready) noteWait(instance, process, message);
      if (process.ready) noteFitness(instance, process, message.web_port);
      break;
    case 'exiting':
      process.exitReason = message.reason;
      break;
    case 'hello':
    case 'reply':
    case 'budget':
    case 'wish':
    case 'judge':
    case 'audit':
      break;
  }
}

/** The process does its work. `port` null: its page does not answer. */
export function noteReady(instance: Instance, process: RunningProcess, port: number | null): void {
  process.ready = true;
  process.waitsFor = null;
  // What was said to its first live start is used up: other books are another first start.
  if (instance.record.live_start !== null) instance.writer.save({ live_start: null });
  noteFitness(instance, process, port);
  process.started.open({ kind: 'ready' });
}

type Waiting = Pick<Extract<BotMessage, { type: 'beat' }>, 'waits_for' | 'waits_code'>;

/** Why a start takes its time stands in the record, so that list and status tell it. */
function noteWait(
  instance: Instance,
  process: RunningProcess,
  { waits_for, waits_code: code }: Waiting,
): void {
  const reason = waits_for ?? null;
  if (process.waitsFor === reason) return;
  process.waitsFor = reason;
  const told = (text: string) =>
    code === undefined ? text : say('waits', { fault: { code, text } });
  instance.writer.save(stateReason(reason === null ? say('venue_answers') : told(reason)));
  if (reason !== null) instance.log.warn(`it is not ready yet: ${reason}`);
}

function noteFitness(instance: Instance, process: RunningProcess, port: number | null): void {
  if (port !== null && port !== instance.record.web_port) instance.writer.save({ web_port: port });
  const reasons = process.status?.degraded ?? [];
  if (reasons.length > 0) instance.move('degrade', reasons.join('; '));
  else if (process.status?.state === 'degraded') instance.move('degrade', say('bot_says_so'));
  else if (port === null && !process.external) instance.move('degrade', say('no_page_port'));
  else if (instance.record.state !== 'running') instance.move('ready', say('ready'));
}
