/**
 * The regular looks at an instance: is its process alive and well, does it use too much, are its
 * logs in bounds. Each look finds; what follows is a replacement through the instance's queue.
 */
import { say, sentenceOf } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import { localDate } from '../platform/clock.ts';
import { linkRawFiles } from './raw-logs.ts';
import { freshHealth, judgePulse, noteCheck } from './health-policy.ts';
import { replaceProcess } from './instance-end.ts';
import { noteReady } from './instance-line.ts';
import type { Instance } from './instance.ts';
import { NO_SAMPLES, judgeUsage } from './limit-policy.ts';
import { probeProgram, programUrl } from './program-port.ts';
import type { RunningProcess } from './running-process.ts';
import type { Usage } from './usage.ts';

/** A check that is due between two looks belongs to the nearer one. */
const HALF_A_LOOK_MS = 500;
/** Every so many looks at the logs of a bot that cares for them itself. */
const LAST_RESORT_LOOKS = 10;
/** Between two warnings about CPU use. */
const CPU_WARNING_MS = 600_000;

/** One look each second. */
export function lookAt(instance: Instance): void {
  const { process } = instance;
  if (process === null || instance.noteIfGone(process) || process.intent !== null) return;
  const now = instance.around.clock.monotonic();
  // A program that has just been started is asked each second until it answers.
  const checkDue = now + HALF_A_LOOK_MS >= process.health.next_at;
  const due = checkDue || (process.external && !process.ready);
  if (!due) return;
  if (process.external) void probe(instance, process);
  else check(instance, process, pulseFault(instance, process));
}

function pulseFault(instance: Instance, process: RunningProcess): Said | null {
  const silent = instance.around.clock.monotonic() - process.heardAt;
  const turn_age_ms = process.turnAgeMs === null ? null : process.turnAgeMs + silent;
  const pulse = { ready: process.ready, silent_ms: silent, turn_age_ms };
  return judgePulse(pulse, instance.healthIntervalMs);
}

async function probe(instance: Instance, process: RunningProcess): Promise<void> {
  if (process.probing) return;
  process.probing = true;
  const url = pageUrl(instance);
  const fault = url === null ? say('has_no_port') : await probeProgram(url);
  process.probing = false;
  if (process.gone || process.intent !== null) return;
  const now = instance.around.clock.monotonic();
  if (fault === null) {
    process.heardAt = now;
    if (!process.ready) noteReady(instance, process, instance.record.web_port);
  }
  // Until its first answer it has the time of a start; after that every miss counts.
  check(instance, process, process.ready ? fault : pulseFault(instance, process));
}

function check(instance: Instance, process: RunningProcess, fault: Said | null): void {
  const now = instance.around.clock.monotonic();
  const interval = instance.healthIntervalMs;
  const { state, unhealthy } = noteCheck(process.health, now, fault === null, interval);
  process.health = state;
  if (fault === null) return;
  instance.log.warn({ misses: state.misses }, `health check missed: ${sentenceOf(fault)}`);
  if (unhealthy) {
    instance.move('miss', fault);
    replace(instance, process, fault);
  }
}

function replace(instance: Instance, process: RunningProcess, reason: Said): void {
  instance
    .enqueue(() => replaceProcess(instance, process, reason))
    .catch((error: unknown) => instance.log.error({ err: error }, 'a replacement failed'));
}

/** Forgets ages and misses: the supervisor itself was away. */
export function forgetAges(instance: Instance): void {
  const { process } = instance;
  if (process === null) return;
  const now = instance.around.clock.monotonic();
  process.heardAt = now;
  process.turnAgeMs = null;
  process.limits = NO_SAMPLES;
  process.health = freshHealth(now, instance.healthIntervalMs);
}

/** Takes a sample of CPU and memory. */
export function noteUsage(instance: Instance, process: RunningProcess, usage: Usage): void {
  process.usage = usage;
  instance.around.history.sample(instance.id, usage);
  const limits = instance.loaded?.config.daemon_config;
  if (limits === undefined || process.intent !== null) return;
  const now = instance.around.clock.monotonic();
  const { state, fault } = judgeUsage(process.limits, now, usage, limits);
  process.limits = state;
  if (fault === null) return;
  if (fault.action === 'replace') {
    instance.log.warn(sentenceOf(fault.reason));
    replace(instance, process, fault.reason);
  } else if (instance.cpuWarnedAt === null || now - instance.cpuWarnedAt > CPU_WARNING_MS) {
    instance.cpuWarnedAt = now;
    instance.log.warn(sentenceOf(fault.reason));
  }
}

/** Keeps the logs in their bounds and, for a program, the day's links to its output. */
export async function tendLogs(instance: Instance): Promise<void> {
  const limits = instance.loaded?.config.daemon_config;
  if (limits === undefined) return;
  const { process } = instance;
  const external = process?.external === true;
  // A living bot bounds its own logs each second; ours is the look of last resort then.
  instance.logLooks += 1;
  const cared = process !== null && !external && process.ready;
  if (cared && instance.logLooks % LAST_RESORT_LOOKS !== 0) return;
  // A built-in bot moves its own output, and goes on with that when no supervisor lives.
  const writer = external ? process.identity.pid : null;
  const { clock } = instance.around;
  const dir = instance.logDir;
  const news = await instance.logWatch.look({ dir, limits, writer, clock });
  if (news !== null) instance.log[news.level](news.sentence);
  try {
    if (external) linkRawFiles(dir, localDate(clock.now()));
  } catch {
    // A full disk or a folder that cannot be made: the log itself says so; the next look tries.
  }
}

/** Address of an instance's page; null when it has no port. */
export function pageUrl(instance: Instance): string | null {
  const port = instance.record.web_port;
  const host = instance.loaded?.config.daemon_config.web_host ?? '127.0.0.1';
  return port === null ? null : programUrl(host, port);
}
