/** Why a grid ended and what it left: kept as English text, said in the language of the page. */
import { createElement } from 'react';
import { expect, test } from 'vitest';
import type { StopReceipt } from '../../src/contract/receipt-api.ts';
import { say, sentenceOf } from '../../src/contract/sentences.ts';
import { ReceiptFacts } from '../../src/web/ui/shell/receipt-facts.tsx';
import { endReasonWords } from '../../src/web/ui/words/end-words.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import { shown } from './markup.ts';
import { SAMPLE_RECEIPT } from './sample-service.ts';

const refused = (code: string) =>
  sentenceOf(say('close_refused', { refusal: code.replaceAll('_', ' ') }));
const receiptIn = (language: 'en' | 'zh-Hant', why_not_flat: string) => {
  const receipt: StopReceipt = { ...SAMPLE_RECEIPT, why_not_flat };
  return shown(language, createElement(ReceiptFacts, { receipt, base: 'SOL', quote: 'USDC' }));
};

test.each([
  [sentenceOf(say('not_confirmed_yet')), '交易所尚未全部確認。'],
  [refused('insufficient_margin'), '最後一張平倉單被拒：保證金不足。'],
  [refused('rate_limited'), '最後一張平倉單延後：請求過多。'],
])('%j is said in Chinese, and in English as it was kept', async (why, words) => {
  const chinese = await receiptIn('zh-Hant', why);
  expect(chinese).toContain(words);
  expect(chinese).not.toContain('lang="en"');
  expect(await receiptIn('en', why)).toContain(`<span lang="en">${why}</span>`);
});

test.each([
  refused('reason_of_a_newer_bot'),
  'The venue does not answer. Its stream is silent.',
  'The venue refused the last order that closes:',
])('%j is not known whole and stays English, marked as such', async (why) => {
  expect(await receiptIn('zh-Hant', why)).toContain(`<span lang="en">${why}</span>`);
});

test('a reason has words in each language; one of a newer bot comes as it is', async () => {
  const reasons = ['day', 'stop', 'panic', 'safe mode', 'stop_loss', 'take_profit'];
  const [english, chinese] = [await wordsIn('en'), await wordsIn('zh-Hant')];
  for (const reason of [...reasons, 'out_of_range', 'duration']) {
    expect(endReasonWords(english, reason)).toBe(reason.replaceAll('_', ' '));
    expect(endReasonWords(chinese, reason)).toMatch(/^\p{Script=Han}+$/u);
  }
  expect(endReasonWords(chinese, 'of_a_newer_bot')).toBe('of a newer bot');
});
