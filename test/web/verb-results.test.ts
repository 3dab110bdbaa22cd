/** What came of a verb, as the console says it in each language. */
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import type { RegistryRecord, VerbResult } from '../../src/contract/fleet-api.ts';
import { quoted, say } from '../../src/contract/sentences.ts';
import type { Telling } from '../../src/contract/sentences.ts';
import { stateReason } from '../../src/contract/state-reason.ts';
import { done, retold, standsAs, toldBy } from '../../src/daemon/verb-outcome.ts';
import { ResultLine } from '../../src/web/ui/console/verbs/verb-results.tsx';
import type { Language } from '../../src/web/ui/words/languages.ts';
import { sampleRecord } from '../registry/sample-record.ts';
import { shown } from './markup.ts';

const URL = 'http://127.0.0.1:5001';
const record = (more: Partial<RegistryRecord>) => sampleRecord('a', more);
const line = (language: Language, result: Omit<VerbResult, 'row'>) =>
  shown(language, createElement(ResultLine, { result, row: null }));

const degraded = record({ state: 'degraded', ...stateReason(say('no_page_port')) });
const OUTCOMES: readonly (readonly [Telling, string, string])[] = [
  [say('paused'), 'paused', '已暫停'],
  [standsAs(record({ state: 'running' }), URL), `running on ${URL}`, `運行中，頁面在 ${URL}`],
  [
    say('already', { state: standsAs(degraded, null) }),
    'already degraded (its page has no port)',
    '本來就是：降級運行（它的頁面沒有連接埠）',
  ],
  [
    say('stopped_clean', { cancelled: 4, left: 0, position: '-0.5' }),
    'stopped; 4 orders cancelled, 0 left, position -0.5',
    '已停止；撤銷 4 張掛單，剩下 0 張，持倉 -0.5',
  ],
  [
    say('restarted_for', { keys: say('variable_changed'), outcome: say('running') }),
    'restarted for a variable of .env; running',
    '因 .env 中的變數 已變更而重啟；運行中',
  ],
];

describe('a verb that did what it was asked for', () => {
  it.each(OUTCOMES)('%o says so in the language of the page', async (telling, english, chinese) => {
    const result = done('a', telling);
    expect(result.message).toBe(english);
    const markup = await line('zh-Hant', result);
    expect(markup).toContain(chinese);
    expect(markup).not.toContain(english);
    expect(await line('en', result)).toContain(english);
  });

  it('quotes in English, beneath its words, what was said by itself', async () => {
    const trip = { code: 'max_loss', text: 'total -5.2 is max_loss 5 below 0' };
    const result = done('a', say('resumed_tripped', { trip }));
    expect(result.message).toBe(`resumed; it was tripped: ${trip.text}`);
    const markup = await line('zh-Hant', result);
    expect(markup).toMatch(/已恢復；先前觸發風控：虧損達到上限（max_loss）<span[^>]* lang="en">total/u);
    // Of a newer bot: nothing is made up, and nothing is half Chinese.
    const newer = done('a', say('resumed_tripped', { trip: { ...trip, code: 'brand_new' } }));
    expect(await line('zh-Hant', newer)).toContain(newer.message);
  });

  it('with other words has no data of before', () => {
    const first = done('a', say('stopped'), { receipt: null });
    const names = 'sleep (pid 7)';
    const more = retold(first, say('ended_outside', { stopped: toldBy(first), names }));
    expect(more).toMatchObject({ receipt: null, message_said: { code: 'ended_outside' } });
    expect(more.message).toBe('stopped; ended sleep (pid 7) outside its group');
    const plain = retold(more, quoted({ code: 'INTERNAL', message: 'no' }));
    expect(plain).toEqual({ id: 'a', ok: true, receipt: null, message: 'no' });
  });

  it('has words for its warnings where they have a code', async () => {
    const warnings = ['The price 90 is below the range.', 'as it is'];
    const said = say('price_below_range', { price: '90' });
    const coded = [{ code: 'out_of_range', text: 'The price 90 is below the range.', said }] as const;
    const markup = await line('zh-Hant', done('a', say('unchanged'), { warnings, coded }));
    expect(markup).toContain('▲ 價格 90 低於區間。');
    expect(markup).toContain('as it is');
    expect(markup).not.toContain('is below the range');
  });
});
