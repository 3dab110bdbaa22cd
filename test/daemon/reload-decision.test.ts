/** What a reload does, decided from what is known. */
import { describe, expect, test } from 'vitest';
import { decideReload } from '../../src/daemon/reload-decision.ts';
import type { ReloadFacts } from '../../src/daemon/reload-decision.ts';

const NOTHING = { restart: [], applied: [], orders: null, warnings: [] };
const bot: ReloadFacts = {
  runs: 'bot',
  wanted: 'bot',
  changed: [],
  secretsChanged: false,
  answer: NOTHING,
};
const program: ReloadFacts = { ...bot, runs: 'program', wanted: 'program', answer: null };
const LIMIT = 'daemon_config.memory_limit_mb';
const GRID = 'strategy_config.grid_num';
const ARGS = 'daemon_config.bot_args';

describe('a bot', () => {
  test('with nothing changed is kept', () => {
    expect(decideReload(bot)).toEqual({ kind: 'keep', applied: [] });
  });

  test('says itself what it needs; limits are ours', () => {
    const answer = { ...NOTHING, applied: [GRID] };
    const kept = decideReload({ ...bot, changed: [LIMIT, GRID], answer });
    expect(kept).toEqual({ kind: 'keep', applied: [LIMIT, GRID] });
    const restart = { ...NOTHING, restart: ['daemon_config.web_port'] };
    const because = ['daemon_config.web_port'];
    // Even where the supervisor, younger than the edit, sees no difference.
    expect(decideReload({ ...bot, answer: restart })).toEqual({ kind: 'restart', because });
  });

  test('that knows no reload is restarted for what it would have to act on', () => {
    const old = { ...bot, answer: null };
    expect(decideReload({ ...old, changed: [LIMIT, ARGS] })).toEqual({
      kind: 'keep',
      applied: [LIMIT],
    });
    const restarted = decideReload({ ...old, changed: [LIMIT, GRID] });
    expect(restarted).toEqual({ kind: 'restart', because: [GRID] });
    expect(decideReload({ ...old, secretsChanged: true }).kind).toBe('restart');
  });

  test('gives way to its program when that is back', () => {
    expect(decideReload({ ...bot, wanted: 'program', answer: null }).kind).toBe('restart');
  });
});

describe('a program', () => {
  test('keeps running for limits and notes, and is restarted for the rest', () => {
    const kept = decideReload({ ...program, changed: [LIMIT, 'metadata.description'] });
    expect(kept).toEqual({ kind: 'keep', applied: [LIMIT] });
    for (const key of [ARGS, GRID, 'metadata.symbol', 'strategy_config.interval']) {
      const decision = decideReload({ ...program, changed: [LIMIT, key] });
      expect(decision).toEqual({ kind: 'restart', because: [key] });
    }
    expect(decideReload({ ...program, secretsChanged: true }).kind).toBe('restart');
  });
});
