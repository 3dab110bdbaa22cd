/** The full table of process states, and what an end means. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lifecycleTable } from '../../src/daemon/lifecycle-docs.ts';
import { PROCESS_STATES } from '../../src/contract/instance-api.ts';
import { decideExit } from '../../src/daemon/exit-decision.ts';
import { LIFECYCLE_EVENTS, isUp, nextState } from '../../src/daemon/lifecycle.ts';
import { ROOT } from '../source-tree.ts';

describe('lifecycle', () => {
  test('every state answers every event with a state or with nothing', () => {
    let answers = 0;
    for (const state of PROCESS_STATES) {
      for (const event of LIFECYCLE_EVENTS) {
        const next = nextState(state, event);
        expect(next === null || PROCESS_STATES.includes(next), `${state} + ${event}`).toBe(true);
        answers += 1;
      }
    }
    expect(answers).toBe(90);
  });

  test('a spawn is taken only where no process is, or where one was just ended', () => {
    const taken = PROCESS_STATES.filter((state) => nextState(state, 'spawn') !== null);
    expect(taken).toEqual(['stopped', 'backoff', 'stopping', 'failed', 'finished']);
  });

  test('running is reached by ready alone, and by nothing once an end has begun', () => {
    for (const state of PROCESS_STATES) {
      for (const event of LIFECYCLE_EVENTS) {
        if (nextState(state, event) === 'running') expect(event).toBe('ready');
      }
    }
    for (const state of ['unhealthy', 'stopping', 'backoff', 'failed', 'stopped'] as const) {
      expect(nextState(state, 'ready'), state).toBeNull();
    }
  });

  test('an end leads out of every state with a process', () => {
    for (const state of PROCESS_STATES.filter(isUp)) {
      for (const event of ['end', 'finish', 'retry', 'fail'] as const) {
        const next = nextState(state, event);
        expect(next !== null && !isUp(next), `${state} + ${event}`).toBe(true);
      }
    }
  });

  test('every state can be stopped; one without a process is stopped at once', () => {
    for (const state of PROCESS_STATES) {
      const next = nextState(state, 'stop') ?? state;
      expect(next, state).toBe(isUp(state) ? 'stopping' : 'stopped');
    }
  });
});

describe('the meaning of an end', () => {
  const crash = {
    intent: null,
    desired: 'running',
    code: 1,
    external: false,
    auto_restart: true,
  } as const;

  test.each([
    ['a crash is tried again', {}, 'retry'],
    ['so is an unasked clean end', { code: 0 }, 'retry'],
    ['so is a kill', { code: null }, 'retry'],
    ['configuration is not', { code: 78 }, 'fail'],
    ['done is done', { code: 79 }, 'finish'],
    ['a held lock means another bot', { code: 75 }, 'adopt'],
    ['but not for a program', { code: 75, external: true }, 'retry'],
    ['a stop ends it, however', { intent: 'stop', code: 78 }, 'end'],
    ['a restart goes on', { intent: 'restart', code: 1 }, 'handover'],
    ['what should not run stays down', { desired: 'stopped' }, 'end'],
    ['auto_restart off', { auto_restart: false }, 'fail'],
    ['auto_restart off, clean end', { auto_restart: false, code: 0 }, 'end'],
    ['auto_restart off, but replaced by us', { auto_restart: false, intent: 'replace' }, 'retry'],
    ['the supervisor takes its bots along', { intent: 'shutdown', code: 1 }, 'end'],
  ] as const)('%s', (_name, more, decision) => {
    expect(decideExit({ ...crash, ...more })).toBe(decision);
  });
});

test('docs/supervision.md shows the table as it is (npm run docs writes it)', () => {
  const page = readFileSync(join(ROOT, 'docs', 'supervision.md'), 'utf8');
  const shown = /<!-- lifecycle -->\n([^]*)\n<!-- \/lifecycle -->/.exec(page)?.[1];
  expect(shown).toBe(lifecycleTable());
});
