/** Why an instance is in its state, as the console says it in each language. */
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import type { FleetRow } from '../../src/contract/console-api.ts';
import { codedSaid } from '../../src/contract/said-codes.ts';
import { quoted, say, sentenceOf } from '../../src/contract/sentences.ts';
import type { Said } from '../../src/contract/sentences.ts';
import { StateReason } from '../../src/web/ui/console/fleet/state-reason.tsx';
import type { ConsoleT } from '../../src/web/ui/console/console-words.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import type { Language } from '../../src/web/ui/words/languages.ts';
import { reasonWords } from '../../src/web/ui/words/said-words.ts';
import { shown } from './markup.ts';
import { sampleRow } from './sample-row.ts';

const STARTING = { state: 'starting' } as const;
const END = say('exited', { exit: 1 });
const RETRY = say('restart_in', { reason: END, attempt: 2, seconds: 8.1 });
const saying = (said: Said, more: Partial<FleetRow> = {}): FleetRow =>
  sampleRow({ state: 'backoff', state_reason: sentenceOf(said), state_said: said, ...more });

const told = async (language: Language, row: FleetRow) =>
  reasonWords(await wordsIn(language), language, row);

describe('the reason of a state', () => {
  it('is whole in Chinese, sentences within sentences too; English is as it was said', async () => {
    const whole = '程序結束，代碼 1；8.1 秒後第 2 次重啟';
    expect(await told('zh-Hant', saying(RETRY))).toEqual([{ words: whole, sentence: '' }]);
    const sentence = 'exited with code 1; restart 2 in 8.1 s';
    expect(await told('en', saying(RETRY))).toEqual([{ words: null, sentence }]);
  });

  it('is followed by the last error, by its code, unless that is the reason', async () => {
    const last_error = 'The process of bp_sol_01 exited with code 1.';
    const error = { last_error, last_error_code: 'START_FAILED' } as const;
    const [, second, ...more] = await told('zh-Hant', saying(RETRY, error));
    expect(second?.words).toMatch(/\p{Script=Han}{4}/u);
    expect(second?.sentence).toBe(last_error);
    expect(more).toEqual([]);
    const failed = sampleRow({ state: 'failed', state_reason: last_error, ...error });
    expect(await told('zh-Hant', failed)).toEqual([second]);
  });

  it('of a degraded bot is each thing that is degraded, by its code, without what it warns of', async () => {
    const newer = { code: 'brand_new' as 'venue', text: 'Of a newer bot.' };
    const warned = say('script_gone', { script: 'a.py' });
    const coded = [
      codedSaid(warned, 'daemon_config.script_path'),
      { code: 'venue', text: 'The venue; does not answer.' } as const,
      ...[newer, { code: 'out_of_range', text: 'The price is out.' } as const],
    ];
    const state_reason = 'The venue; does not answer.; Of a newer bot.';
    expect(await told('zh-Hant', sampleRow({ state: 'degraded', state_reason, coded }))).toEqual([
      { words: '交易所沒有回應', sentence: 'The venue; does not answer.' },
      { words: null, sentence: 'Of a newer bot.' },
    ]);
    // Of another state the codes say nothing, of an older bot there are none.
    for (const odd of [{ state: 'starting', coded }, { state: 'degraded' }] as const) {
      const plain = await told('zh-Hant', sampleRow({ ...odd, state_reason }));
      expect(plain).toEqual([{ words: null, sentence: state_reason }]);
    }
  });

  it('of a start that waits has the words of what it waits for, the sentence beneath', async () => {
    const text = 'VENUE_RATE: the share of the requests to aster is used up for now.';
    const waits = (code: string) => saying(say('waits', { fault: { code, text } }), STARTING);
    const [rate] = await told('zh-Hant', waits('VENUE_RATE'));
    expect(rate?.words).toMatch(/^啟動還在等待：\p{Script=Han}{4}/u);
    expect(rate?.sentence).toBe(text);
    expect((await told('zh-Hant', waits('venue')))[0]?.words).toBe('啟動還在等待：交易所沒有回應');
    expect(await told('en', waits('VENUE_RATE'))).toEqual([{ words: null, sentence: text }]);
    // The words come from the code beside a sentence, never from the sentence.
    const [plain] = await told('zh-Hant', sampleRow({ ...STARTING, state_reason: text }));
    expect(plain).toEqual({ words: null, sentence: text });
  });

  it('quotes errors in words of the page, and beneath as they were said', async () => {
    const message = 'The config of bp_sol_01 has problems.';
    const fault = quoted({ code: 'CONFIG_INVALID', message });
    const [first] = await told('zh-Hant', saying(say('no_restart', { reason: END, fault })));
    const words = '程序結束，代碼 1；無法再啟動：設定有問題，全部列在下方';
    expect(first).toEqual({ words, sentence: message });
    const nested = say('gave_up', { attempts: 3, minutes: 5, reason: fault });
    const [last] = await told('zh-Hant', saying(nested));
    expect(last?.words).not.toMatch(/[A-Za-z]/);
    expect(last?.sentence).toBe(message);
    expect(await told('en', saying(nested))).toEqual([
      { words: null, sentence: `3 restarts within 5 minutes; last: ${message}` },
    ]);
  });

  it('that is only a text, or of a newer gridd, speaks for itself', async () => {
    const newer = { code: 'brand_new' as string } as Said;
    const within = say('restart_in', { reason: newer, attempt: 1, seconds: 1 });
    for (const state_said of [null, newer, within]) {
      const row = sampleRow({ state: 'failed', state_reason: 'told so', state_said });
      expect(await told('zh-Hant', row)).toEqual([{ words: null, sentence: 'told so' }]);
    }
  });
});

describe('a row of the fleet', () => {
  const row = async (language: Language, of: FleetRow) => {
    const words = await wordsIn(language);
    const t: ConsoleT = (key, values) => String(words(key as never, { ...values }));
    return shown(language, createElement(StateReason, { row: of, t }));
  };

  it('says it in a few words of the language, with the sentence where a pointer rests', async () => {
    const last_error = 'The registry could not be written.';
    const error = { last_error, last_error_code: 'REGISTRY_UNWRITABLE' } as const;
    const failed = sampleRow({ state: 'failed', state_reason: last_error, ...error });
    const chinese = await row('zh-Hant', failed);
    expect(chinese).toMatch(/title="\p{Script=Han}[^"]* The registry could not be written\."/u);
    expect(chinese).not.toContain(`>${last_error}<`);
    expect(await row('en', failed)).toContain(`>${last_error}<`);
    expect(await row('zh-Hant', saying(RETRY))).toContain('8.1 秒後第 2 次重啟');
    // What has no words is English in a Chinese page; two reasons are joined as the page joins.
    const coded = ['orders', 'store'].map((code) => ({ code: code as 'orders', text: `of ${code}` }));
    const both = sampleRow({ state: 'degraded', state_reason: 'of orders; of store', coded });
    expect(await row('zh-Hant', both)).toMatch(/>[^<>;]*\p{Script=Han}；\p{Script=Han}[^<>;]*</u);
    const plain = sampleRow({ state: 'failed', state_reason: 'as it is' });
    expect(await row('zh-Hant', plain)).toContain('<span lang="en">as it is</span>');
  });

  it('that runs says how long, in place of a reason', async () => {
    const up = await row('en', sampleRow({ state: 'running', state_reason: 'ready', uptime_s: 60 }));
    expect(up).not.toContain('ready');
    expect(up).toMatch(/title="[^"]*1/);
  });
});
