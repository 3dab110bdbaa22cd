/**
 * What the console tells of an instance in trouble: of a row as the supervisor makes it, in either
 * language: what its state means, why it is in it, and what helps.
 */
import { createElement } from 'react';
import { describe, expect, it, test } from 'vitest';
import { errorBody } from '../../src/contract/errors.ts';
import { say } from '../../src/contract/sentences.ts';
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';
import type { StatusView } from '../../src/contract/instance-api.ts';
import { dayFigures } from '../../src/daemon/day-figures.ts';
import { fleetRow } from '../../src/daemon/fleet-row.ts';
import { judgePulse } from '../../src/daemon/health-policy.ts';
import { stateReason } from '../../src/contract/state-reason.ts';
import { troubleOf } from '../../src/web/ui/console/fleet/row-order.ts';
import { TroubleWords, helpsFor } from '../../src/web/ui/console/fleet/trouble-words.tsx';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import { sampleRecord } from '../registry/sample-record.ts';
import { shown } from './markup.ts';
import { SAMPLE_STATUS } from './sample-service.ts';

const ID = 'bp_sol_01';

function rowOf(record: Partial<RegistryRecord>, status: Partial<StatusView>) {
  const alive = record.state !== 'backoff';
  const process = alive ? { pid: 7, start_time: '1', web_port: 5001 } : { web_port: 5001 };
  const parts = {
    ...{ id: ID, alive, external: false, loaded: null, usage: null, next_start_at: null, file_note: null },
    ...{ url: 'http://127.0.0.1:5001', since_boot: 9000 },
    record: sampleRecord(ID, { desired: 'running', ...process, ...record }),
    status: { ...SAMPLE_STATUS, ...status },
  };
  return fleetRow(parts, dayFigures(null, [], 0), { account: null, next_mode: 'paper' });
}

const SILENT = judgePulse({ ready: true, silent_ms: 16_000, turn_age_ms: 0 }, 5000) ?? '';
const TRIP = { reason: 'max_loss', text: 'total -5.2 is max_loss 5 below 0' };
const END = say('ended_by', { signal: 'SIGKILL' });
const RETRY = say('restart_in', { reason: END, attempt: 2, seconds: 1.6 });
const LAST_WORDS = 'the last words of the bot';
const TROUBLES = [
  {
    trouble: 'backoff' as const,
    row: rowOf(
      {
        state: 'backoff',
        ...stateReason(RETRY),
        last_error: errorBody(new Error(LAST_WORDS)),
      },
      {},
    ),
    reasons: {
      en: ['ended by SIGKILL; restart 2 in 1.6 s', LAST_WORDS],
      'zh-Hant': ['被 SIGKILL 終止；1.6 秒後第 2 次重啟', LAST_WORDS],
    },
    helps: ['restart', 'stop', 'panic'] as const,
  },
  {
    trouble: 'unhealthy' as const,
    row: rowOf({ state: 'unhealthy', ...stateReason(SILENT) }, {}),
    reasons: { en: ['no sign of life for 16 s'], 'zh-Hant': ['已有 16 秒沒有任何訊息'] },
    helps: ['restart', 'stop', 'panic'] as const,
  },
  {
    trouble: 'tripped' as const,
    row: rowOf({ state: 'running', state_reason: 'ready' }, { grid_state: 'tripped', tripped: TRIP }),
    reasons: { en: [TRIP.text], 'zh-Hant': [TRIP.text] },
    helps: ['resume', 'stop', 'panic'] as const,
  },
];

describe.each(['en', 'zh-Hant'] as const)('an instance in trouble, in %s', (language) => {
  it.each(TROUBLES)('$trouble: what it means, why, and what helps', async (each) => {
    const { trouble, row, reasons, helps } = each;
    expect(troubleOf(row)).toBe(trouble);
    const t = await wordsIn(language);
    const own = (key: string) => String(t(`console:${key}` as never));
    const markup = await shown(language, createElement(TroubleWords, { row, trouble }));
    expect(markup).toContain(own(`trouble.${trouble}`));
    expect(markup).toContain(own(`trouble.do_${trouble}`));
    for (const reason of reasons[language]) expect(markup.split(reason), reason).toHaveLength(2);
    // That its process is ready is no reason for a trouble.
    expect(markup).not.toContain('ready');
    expect(helpsFor(row, trouble)).toEqual(helps);
  });
});

test('when it is started again is counted down, and said only where something waits', async () => {
  const [row] = TROUBLES.flatMap((each) => (each.trouble === 'backoff' ? [each.row] : []));
  if (row === undefined) throw new Error('no such row');
  const at = (ms: number | null) => (ms === null ? null : new Date(Date.now() + ms).toISOString());
  const told = (language: 'en' | 'zh-Hant', ms: number | null) => {
    const waiting = { ...row, next_start_at: at(ms) };
    return shown(language, createElement(TroubleWords, { row: waiting, trouble: 'backoff' }));
  };
  expect(await told('en', 39_500)).toContain('It is started again in 40 s.');
  expect(await told('zh-Hant', 150_000)).toContain('2 分後再次啟動。');
  expect(await told('en', -1)).toContain('It is started again now.');
  expect(await told('en', null)).not.toContain('started again in');
});

test('what tripped a grid is said in Chinese, with the sentence beneath', async () => {
  const [row] = TROUBLES.flatMap((each) => (each.trouble === 'tripped' ? [each.row] : []));
  if (row === undefined) throw new Error('no such row');
  const props = { row, trouble: 'tripped' as const };
  const markup = await shown('zh-Hant', createElement(TroubleWords, props));
  expect(markup).toMatch(new RegExp(`（max_loss）<span[^>]* lang="en">${TRIP.text}</span>`));
  // A bot that does not say what it was: nothing is made up.
  const { tripped: _tripped, ...old } = row;
  const silent = await shown('en', createElement(TroubleWords, { ...props, row: old }));
  expect(silent).not.toContain('trouble-reason');
});

test('a degraded instance is told why once: in the list of its warnings, where there is one', async () => {
  const text = 'The venue does not answer.';
  const told = { state: 'degraded', ...stateReason(text) } as const;
  const coded = [{ code: 'venue', text }] as const;
  const listed = rowOf(told, { degraded: [text], coded });
  const props = { row: listed, trouble: 'degraded' as const };
  expect(listed.warnings).toContain(text);
  expect(await shown('en', createElement(TroubleWords, props))).not.toContain(text);
  const row = { ...listed, warnings: [] };
  expect(await shown('en', createElement(TroubleWords, { ...props, row }))).toContain(text);
});
