/** Why an instance is in its state, as the console says it in each language. */
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import type { FleetRow } from '../../src/contract/console-api.ts';
import { say, sentenceOf } from '../../src/contract/sentences.ts';
import type { Said } from '../../src/contract/sentences.ts';
import { StateReason } from '../../src/web/ui/console/fleet/state-reason.tsx';
import type { ConsoleT } from '../../src/web/ui/console/console-words.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import type { Language } from '../../src/web/ui/words/languages.ts';
import { reasonWords } from '../../src/web/ui/words/said-words.ts';
import { shown } from './markup.ts';
import { sampleRow } from './sample-row.ts';

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

  it('of a degraded bot is each thing that is degraded, by its code', async () => {
    const warnings = ['Near; very near.', 'The venue; does not answer.', 'Of a newer bot.'];
    const row = sampleRow({
      ...{ state: 'degraded', warnings, state_reason: warnings.slice(1).join('; ') },
      coded: [{ code: 'venue', text: 'The venue; does not answer.' }],
    });
    expect(await told('zh-Hant', row)).toEqual([
      { words: '交易所沒有回應', sentence: 'The venue; does not answer.' },
      { words: null, sentence: 'Of a newer bot.' },
    ]);
  });

  it('of a start that waits for its venue has the words of the code before it', async () => {
    const state_reason = 'VENUE_RATE: the share of the requests to aster is used up for now.';
    const [first] = await told('zh-Hant', sampleRow({ state: 'starting', state_reason }));
    expect(first?.words).toMatch(/\p{Script=Han}{4}/u);
    expect(first?.sentence).toBe(state_reason);
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
  });

  it('that runs says how long, in place of a reason', async () => {
    const up = await row('en', sampleRow({ state: 'running', state_reason: 'ready', uptime_s: 60 }));
    expect(up).not.toContain('ready');
    expect(up).toMatch(/title="[^"]*1/);
  });
});
