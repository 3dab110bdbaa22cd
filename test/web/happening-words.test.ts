/** What happened to a grid: kept as English text, said in the language of the page. */
import { expect, test } from 'vitest';
import { HAPPENING_SENTENCES, readBack } from '../../src/contract/read-back.ts';
import { say, sentenceOf } from '../../src/contract/sentences.ts';
import type { Said } from '../../src/contract/sentences.ts';
import { happeningTold } from '../../src/web/ui/words/happening-words.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';

const differ = say('they_differ', { venue: '1.5', books: '-2', difference: '3.5' });
const SAID: readonly [string, Said, string][] = [
  ['price 100.5', say('trigger_met', { price: '100.5' }), '價格 100.5'],
  ['range now 90 to 110', say('range_moved', { lower: '90', upper: '110' }), '90 至 110'],
  [
    'position -6 is beyond max_position 5',
    say('position_beyond', { position: '-6', limit: '5' }),
    '持倉 -6 超過上限 5',
  ],
  [
    'total -7 is max_loss 5 below -2',
    say('loss_met', { total: '-7', limit: '5', base: '-2' }),
    '總損益 -7 比基準 -2 低了上限 5',
  ],
  [
    'more than max_orders_per_minute 60 would be sent',
    say('rate_beyond', { limit: 60 }),
    '超過 60 張委託單',
  ],
  [
    'start order refused: insufficient_margin',
    say('order_refused', { role: 'start', refusal: 'insufficient_margin' }),
    '開倉單被拒：保證金不足',
  ],
  [
    'close order left 3 lots unfilled',
    say('order_left', { role: 'close', lots: 3 }),
    '平倉單有 3 個',
  ],
  [
    'start order cut: max_position leaves no room for all of it',
    say('order_cut', { role: 'start' }),
    '開倉單已縮減',
  ],
  [
    'the stop-loss at the venue was refused: insufficient_margin',
    say('stop_order_refused', { refusal: 'insufficient_margin' }),
    '停損單被拒：保證金不足',
  ],
  ['position not closed after 5 attempts', say('left_open', { attempts: 5 }), '5 次後仍未平倉'],
  ['the price source has ended', say('source_ended'), '價格來源已結束'],
  ['venue and books hold 2', say('both_hold', { position: '2' }), '均為 2'],
  ['venue 1.5, books -2: 3.5', differ, '交易所 1.5，帳目 -2：相差 3.5'],
  [
    'venue 1.5, books -2: 3.5, booked at 99',
    say('difference_booked', { figures: differ, price: '99' }),
    '相差 3.5，以 99 入帳',
  ],
];

test('every sentence of a happening is read back and said whole, also of an older bot', async () => {
  const [english, chinese] = [await wordsIn('en'), await wordsIn('zh-Hant')];
  for (const [text, said, words] of SAID) {
    expect(sentenceOf(said)).toBe(text);
    expect(readBack(text, HAPPENING_SENTENCES)).toEqual(said);
    const row = { code: 'any', text };
    expect(happeningTold(english, 'en', row)).toEqual({ words: null, sentence: text });
    const told = happeningTold(chinese, 'zh-Hant', row);
    expect([told.words, told.sentence]).toEqual([expect.stringContaining(words), '']);
  }
  const met = SAID.map(([, { code }]) => code);
  expect(HAPPENING_SENTENCES.filter((code) => !met.includes(code))).toEqual([]);
});

test('an end tells its reason; what is not known stays English', async () => {
  const t = await wordsIn('zh-Hant');
  const told = (code: string, text: string) => happeningTold(t, 'zh-Hant', { code, text });
  expect(told('finished', 'stop_loss')).toEqual({ words: '停損', sentence: '' });
  for (const text of ['of_a_newer_bot', 'start order refused: of_a_newer_bot', 'stop_loss']) {
    expect(told('tripped', text)).toEqual({ words: null, sentence: text });
  }
});
