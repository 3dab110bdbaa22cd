/** Limits: three samples of memory, a whole window of CPU. */
import { describe, expect, test } from 'vitest';
import { textOf } from '../../src/contract/sentences.ts';
import { NO_SAMPLES, judgeUsage } from '../../src/daemon/limit-policy.ts';
import type { LimitFault, UsageLimits } from '../../src/daemon/limit-policy.ts';

const LIMITS: UsageLimits = {
  memory_limit_mb: 100,
  cpu_limit_percent: 80,
  cpu_limit_window: 60,
  cpu_limit_action: 'warn',
};

/** Faults of samples three seconds apart, each [cpu, memory]. */
function judge(samples: readonly (readonly [number, number])[], limits = LIMITS) {
  let state = NO_SAMPLES;
  return samples.map(([cpu_percent, memory_mb], index): LimitFault | null => {
    const usage = { cpu_percent, memory_mb, processes: 1 };
    const judged = judgeUsage(state, index * 3000, usage, limits);
    state = judged.state;
    expect(state.cpu.length).toBeLessThanOrEqual(20);
    return judged.fault;
  });
}

const actions = (faults: readonly (LimitFault | null)[]) => faults.map((f) => f?.action ?? null);

describe('memory', () => {
  test('the third sample in a row counts, and counting begins anew', () => {
    const faults = judge([[0, 101], [0, 101], [0, 101], [0, 101]]);
    expect(actions(faults)).toEqual([null, null, 'replace', null]);
    expect(textOf(faults[2]?.reason ?? '')).toBe('memory 101 MiB over its limit of 100 MiB');
  });

  test('a sample at the limit ends the row', () => {
    expect(actions(judge([[0, 101], [0, 101], [0, 100], [0, 101], [0, 101]]))).not.toContain(
      'replace',
    );
  });
});

describe('CPU', () => {
  test('nothing is said before a whole window was seen, then it is', () => {
    const faults = judge(Array.from({ length: 22 }, () => [100, 1] as const));
    expect(actions(faults.slice(0, 20))).toEqual(Array.from({ length: 20 }, () => null));
    expect(faults[20]?.action).toBe('warn');
    const reason = textOf(faults[20]?.reason ?? '');
    expect(reason).toBe('uses 100 % CPU over 60 s, the limit is 80 %');
  });

  test('a peak within a calm window means nothing', () => {
    const calm = Array.from({ length: 30 }, (_, index) => [index === 25 ? 400 : 5, 1] as const);
    expect(judge(calm).every((fault) => fault === null)).toBe(true);
  });

  test('with "restart" it asks for a new process', () => {
    const limits = { ...LIMITS, cpu_limit_window: 3, cpu_limit_action: 'restart' } as const;
    expect(actions(judge([[99, 1], [99, 1]], limits))).toEqual([null, 'replace']);
  });
});
