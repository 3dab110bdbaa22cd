/**
 * Whether an instance uses too much: memory over its limit in three samples in a row, CPU over its
 * limit on average of a whole window. One peak means nothing. PURE.
 */
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import type { Usage } from './usage.ts';

/** Samples in a row over memory_limit_mb that count. */
const MEMORY_SAMPLES = 3;

/** The keys of daemon_config that count here. */
export interface UsageLimits {
  readonly memory_limit_mb: number;
  readonly cpu_limit_percent: number;
  /** Seconds. */
  readonly cpu_limit_window: number;
  readonly cpu_limit_action: 'warn' | 'restart';
}

export interface LimitState {
  /** Samples in a row over memory_limit_mb. */
  readonly over_memory: number;
  /** Moment of the first sample, monotonic; null before it. */
  readonly since: number | null;
  /** Samples of the window, oldest first. */
  readonly cpu: readonly { readonly at: number; readonly percent: number }[];
}

/** `replace`: the process is to be ended and started anew. */
export interface LimitFault {
  readonly action: 'warn' | 'replace';
  readonly reason: Said;
}

/** Of a process that was not sampled yet, or whose ages were forgotten. */
export const NO_SAMPLES: LimitState = { over_memory: 0, since: null, cpu: [] };

/** Takes a sample at `now` (monotonic, ms); `fault`: what it shows to be too much, if anything. */
export function judgeUsage(
  state: LimitState,
  now: number,
  usage: Usage,
  limits: UsageLimits,
): { readonly state: LimitState; readonly fault: LimitFault | null } {
  const over = usage.memory_mb > limits.memory_limit_mb;
  const over_memory = over ? state.over_memory + 1 : 0;
  const window = limits.cpu_limit_window * 1000;
  const since = state.since ?? now;
  const recent = state.cpu.filter(({ at }) => at > now - window);
  const cpu = [...recent, { at: now, percent: usage.cpu_percent }];
  const next = { over_memory, since, cpu };
  if (over_memory >= MEMORY_SAMPLES) {
    const limit = limits.memory_limit_mb;
    const reason = say('memory_over_limit', { memory: usage.memory_mb, limit });
    return { state: { ...next, over_memory: 0 }, fault: { action: 'replace', reason } };
  }
  const mean = cpu.reduce((sum, { percent }) => sum + percent, 0) / cpu.length;
  if (now - since < window || mean <= limits.cpu_limit_percent) return { state: next, fault: null };
  const { cpu_limit_percent: limit, cpu_limit_window: seconds } = limits;
  const reason = say('cpu_over_limit', { percent: Math.round(mean), seconds, limit });
  const action = limits.cpu_limit_action === 'restart' ? 'replace' : 'warn';
  return { state: next, fault: { action, reason } };
}
