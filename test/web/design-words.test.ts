/** Whatever the engine says of a grid is said whole in Chinese: from the same data, every figure. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createElement } from 'react';
import { describe, expect, it, test } from 'vitest';
import type { DesignView } from '../../src/contract/console-api.ts';
import type { InstanceConfig } from '../../src/contract/instance-config.ts';
import { PROCESS_STATES } from '../../src/contract/instance-views.ts';
import { HAPPENING_SENTENCES } from '../../src/contract/read-back.ts';
import { SENTENCES } from '../../src/contract/sentence-texts.ts';
import { say, sentenceOf } from '../../src/contract/sentences.ts';
import type { Said, SentenceCode } from '../../src/contract/sentences.ts';
import { designMarket } from '../../src/design/design-market.ts';
import { design, dryRun } from '../../src/engine/index.ts';
import type { DesignInput, GridNow, Problem } from '../../src/engine/index.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { previewOf } from '../../src/web/ui/console/configs/design-preview.ts';
import { DesignPanel } from '../../src/web/ui/console/configs/design-panel.tsx';
import { ProblemList } from '../../src/web/ui/console/configs/problem-list.tsx';
import { WarningLines } from '../../src/web/ui/console/configs/warning-lines.tsx';
import type { Checked } from '../../src/web/ui/console/configs/use-check.ts';
import { ProblemText } from '../../src/web/ui/shell/problem-text.tsx';
import { loadWords, wordsIn } from '../../src/web/ui/words/languages.ts';
import {
  allowedWords,
  codedWords,
  problemWords,
  sentenceWords,
} from '../../src/web/ui/words/said-words.ts';
import { AdjustPreview } from '../../src/web/ui/instance/actions/adjust-preview.tsx';
import { Matching, planOf, testMarket } from '../engine/matching.ts';
import { ROOT, readTree } from '../source-tree.ts';
import { shown } from './markup.ts';
import { SAMPLE_STATUS } from './sample-service.ts';

const market = testMarket({ min_notional: '50', max_orders: 100 });
const WISH: DesignInput = {
  ...{ grid_lower_price: 90, grid_upper_price: 110, grid_num: 10 },
  ...{ order_quantity: 1, price: 100, balance: '100000', leverage: 10 },
};
const long = { direction: 'long' } as const;
const short = { direction: 'short' } as const;

/** Wishes that are wrong, each in its own way. */
const WRONG: readonly Partial<DesignInput>[] = [
  { order_quantity: undefined, investment: 'much' },
  { grid_lower_price: 'low' },
  { stop_loss_price: 'none' },
  { balance: 'much' },
  { max_loss: 0 },
  { price_collar_percent: 100 },
  { grid_num: 0 },
  { grid_num: 1000 },
  { grid_num: 50 },
  { grid_num: 99, grid_upper_price: 95 },
  { grid_lower_price: 110, grid_upper_price: 109 },
  { grid_lower_price: '90.5' },
  { trail_upper_price: 100 },
  { trail_lower_price: 100 },
  { stop_loss_price: 80, take_profit_price: 80 },
  { ...long, stop_loss_price: 120, take_profit_price: 115, price: 118 },
  { ...short, stop_loss_price: 80, take_profit_price: 85, price: 82 },
  { ...long, trigger_price: 100, stop_loss_price: 101 },
  { ...long, trigger_price: 100, take_profit_price: 99 },
  { max_position: '0.1' },
  { order_quantity: '1.5' },
  { order_quantity: undefined },
  { order_quantity: 9_000_000_000_000_000 },
  { order_quantity: undefined, investment: 1, leverage: 1 },
  { max_position: 1, order_quantity: 2 },
  { max_position: 5 },
  { max_open_orders: 1 },
  { max_open_orders: 5 },
  { max_orders_per_minute: 0 },
  { max_orders_per_minute: 5 },
  { max_order_notional: 10 },
  { max_order_notional: 100 },
  { price_collar_percent: 1 },
  { balance: '60', leverage: 1, order_quantity: 1 },
  { balance: '1000', leverage: 1, order_quantity: 3 },
  { ...long, balance: '160', leverage: 100, order_quantity: 3 },
  { ...short, balance: '160', leverage: 100, order_quantity: 3 },
  { ...long, balance: '200', leverage: 100, stop_loss_price: 77 },
  { ...short, balance: '200', leverage: 100, stop_loss_price: 123 },
];

/** Wishes that other rules of a market make wrong. */
const STRANGE: readonly [Parameters<typeof testMarket>[0], Partial<DesignInput>][] = [
  [{ maker_fee: '0.01' }, {}],
  [{ maker_fee: '0.2' }, {}],
  [{ min_notional: '500' }, {}],
  [{}, { ...long, balance: '1', leverage: 100, stop_loss_price: 77 }],
];

function foundIn(wish: Partial<DesignInput>, on = market): Problem[] {
  const result = design(on, { ...WISH, ...wish } as DesignInput);
  return 'problems' in result ? result.problems : result.warnings;
}

const FOUND = [
  ...WRONG.flatMap((wish) => foundIn(wish)),
  ...STRANGE.flatMap(([rules, wish]) => foundIn(wish, testMarket(rules))),
];

/** Sentences of the dates of all markets that come with gridd. */
function recordedSaids(): Said[] {
  const folder = join(ROOT, 'src', 'exchange', 'paper', 'markets');
  return readdirSync(folder).flatMap((file) => {
    const { venue: exchange, markets } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return markets.map(({ symbol }: { symbol: string }) => {
      const exchange_config = { mode: 'paper', paper: {} };
      const config = { metadata: { exchange, symbol }, exchange_config } as InstanceConfig;
      return designMarket(homeAt(folder), config, '100', null).source;
    });
  });
}

/** Words that are said: given to `say`, or the code of what is said. */
const SPOKEN = new Set(
  readTree('src')
    .filter(({ path }) => !/^src\/(contract\/sentences|web\/ui\/words)/.test(path))
    .flatMap(({ text }) => text.match(/\bsay\([^{)]*|\bcode( =|:) [^;,}]*/g) ?? [])
    .flatMap((call) => call.match(/(?<=')\w+(?=')/g) ?? [])
    .concat(recordedSaids().map(({ code }) => code), PROCESS_STATES),
);
/** Codes of sentences in the engine's source. */
const ENGINE = join(ROOT, 'src', 'engine');
const SOURCE = readdirSync(ENGINE)
  .map((file) => readFileSync(join(ENGINE, file), 'utf8'))
  .join('');

describe('what is wrong with a grid', () => {
  it('is English made from its data, for each sentence of the designer', () => {
    for (const { message, said, allowed, allows } of FOUND) {
      expect(sentenceOf(said)).toBe(message);
      expect(allows === undefined ? undefined : sentenceOf(allows)).toBe(allowed);
      expect(message + (allowed ?? '')).not.toMatch(/[{}]|undefined/);
    }
    const met = new Set(FOUND.flatMap(({ said, allows }) => [said.code, allows?.code]));
    const codes = Object.keys(SENTENCES) as SentenceCode[];
    const used = codes.filter((code) => SOURCE.includes(`'${code}'`));
    // Of a grid that runs, and of an account: tested with the adjust, and with `gridd check`.
    const elsewhere = /^(present_|held_|price_(below|above)_|paused_|tripped_|smaller_)/;
    // Names of states, which the engine has as well, and words for why an order is not there.
    // What happens to a grid: tested where it is read back.
    const others = ['paused', 'unchanged', 'flat', 'waits', 'resumed'];
    const named = new Set<string>([...PROCESS_STATES, ...HAPPENING_SENTENCES, ...others]);
    const unmet = used.filter((code) => !met.has(code) && !named.has(code));
    expect(unmet.filter((code) => !elsewhere.test(code))).toEqual([]);
    // What nothing says would be words for nothing.
    expect(codes.filter((code) => !SPOKEN.has(code))).toEqual([]);
  });

  it('is said whole in Chinese, with every figure and no English', async () => {
    await loadWords('zh-Hant');
    for (const problem of FOUND) {
      const { words, sentence } = problemWords('zh-Hant', problem);
      expect([problem.message, sentence]).toEqual([problem.message, '']);
      const allowed = allowedWords('zh-Hant', problem) ?? '';
      for (const value of Object.values(problem.said.values ?? {})) expect(words).toContain(value);
      for (const value of Object.values(problem.allows?.values ?? {})) {
        expect(allowed).toContain(value);
      }
      const english = `${words} ${allowed}`.replaceAll(/USDC?|low|none|much/g, '');
      expect(english).not.toMatch(/[a-z]{2}/i);
    }
  });

  it('is in English the sentence alone', async () => {
    await loadWords('en');
    for (const problem of FOUND) {
      expect(problemWords('en', problem)).toEqual({ words: null, sentence: problem.message });
      expect(allowedWords('en', problem)).toBe(problem.allowed ?? null);
    }
  });

  it('falls back to its rule and the sentence where a value or the data is missing', () => {
    const [problem] = foundIn({ grid_num: 50 });
    if (problem === undefined) throw new Error('nothing was found');
    const { said: _said, allows: _allows, ...old } = problem;
    const rule = '有兩條網格線落在同一價格：格數太多或區間太窄';
    const told = { words: rule, sentence: problem.message };
    expect(problemWords('zh-Hant', old)).toEqual(told);
    expect(problemWords('zh-Hant', { ...old, said: { code: 'same_price' } })).toEqual(told);
    expect(allowedWords('zh-Hant', old)).toBe(problem.allowed);
  });
});

const KNOWN = {
  design: { market: market.rules, market_source: '', price: '100' } as DesignView,
  ...{ symbol: 'SOL_USDC_PERP', exchange: 'paper' },
};

const NO_WARNINGS = { warnings: [], coded: [], stale: false };

function configOf(values: Partial<DesignInput>): object {
  const { price: _price, balance: _balance, ...rest } = WISH;
  return {
    metadata: { symbol: KNOWN.symbol },
    exchange_config: { paper: { starting_balance: '100000' } },
    strategy_config: { ...rest, ...values },
  };
}

test('the form of a new instance shows refusals in Chinese, in list and field', async () => {
  const config = configOf({ grid_num: 50 });
  const problems = previewOf(config, KNOWN)?.problems ?? [];
  const known = { root: null, fault: null, problems, warnings: [], coded: [], design: null };
  const state = { market: null, file: null, settled: true, fresh: true, failure: null };
  const checked: Checked = { ...known, ...state };
  const list = { text: JSON.stringify(config), checked, onJump: () => undefined };
  const inList = await shown('zh-Hant', createElement(ProblemList, list));
  expect(inList).toContain('網格線 0 與 1 落在同一價格 90');
  expect(inList).toContain('此區間最多 20 格');
  expect(inList).not.toContain('lang="en"');
  const [problem] = problems;
  if (problem === undefined) throw new Error('nothing was found');
  const field = createElement(ProblemText, { language: 'zh-Hant', problem });
  expect(await shown('zh-Hant', field)).toBe(
    '網格線 0 與 1 落在同一價格 90 (此區間最多 20 格)',
  );
  const plain = createElement(ProblemText, { language: 'en', problem });
  const said = 'lines 0 and 1 fall on the same price 90';
  const whole = `<span lang="en">${said}</span> (at most 20 grids in this range)`;
  expect(await shown('en', plain)).toBe(whole);
});

test('its warnings are in Chinese with the name of the key, in English as the file has it', async () => {
  const preview = previewOf(configOf({ max_position: 5, max_open_orders: 5 }), KNOWN);
  const { warnings = [], coded = [] } = preview ?? {};
  expect(warnings).toHaveLength(2);
  const inChinese = await shown('zh-Hant', createElement(WarningLines, { warnings, coded }));
  expect(inChinese).toContain('最大持倉：網格全部成交可能需要 10：超過最大持倉的單不會掛出');
  expect(inChinese).toContain('掛單數上限：11 條網格線中，只有離價格最近的 5 條會掛單');
  expect(inChinese).not.toMatch(/lang="en"|strategy_config/);
  const inEnglish = await shown('en', createElement(WarningLines, { warnings, coded }));
  expect(inEnglish).toContain('strategy_config.max_position: a full grid may need 10');
  // One of a gridd that has no data for it keeps its sentence.
  const t = await wordsIn('zh-Hant');
  expect(codedWords(t, 'zh-Hant', warnings[0] ?? '')).toEqual({
    words: null,
    sentence: warnings[0],
  });
});

test('whose rules a grid is designed on is in Chinese, with every value', async () => {
  const { design: known } = previewOf(configOf({}), KNOWN) ?? {};
  if (known === undefined || known === null) throw new Error('there is no design');
  const panel = (more: Partial<DesignView>) =>
    createElement(DesignPanel, { design: { ...known, ...more }, ...NO_WARNINGS });
  const saids = [
    ...recordedSaids(),
    say('rules_of_account'),
    say('rules_made_up', { venue: 'other' }),
    say('rules_of_no_market', { symbol: 'ETH_USDC_PERP' }),
  ];
  for (const market_said of saids) {
    const market_source = sentenceOf(market_said);
    const chinese = await shown('zh-Hant', panel({ market_source, market_said }));
    expect(chinese).not.toContain(market_source);
    for (const value of Object.values(market_said.values ?? {})) expect(chinese).toContain(value);
    const words = sentenceWords('zh-Hant', market_said) ?? '';
    expect(words.replaceAll(/gridd|aster|backpack|other|ETH_USDC_PERP/g, '')).not.toMatch(/[a-z]/i);
    expect(await shown('en', panel({ market_source, market_said }))).toContain(market_source);
    // Of a gridd that has no data for it.
    expect(await shown('zh-Hant', panel({ market_source }))).toContain(market_source);
  }
});

describe('an adjust', () => {
  const values = { grid_lower_price: 90, grid_upper_price: 110, grid_num: 10, order_quantity: 1 };
  const begun = new Matching(market, planOf(market, values), 100).start();
  const now = (more: Partial<GridNow> = {}): GridNow => ({
    ...{ id: 'bp_sol_01', market, state: begun.state, ticks: 100, values, equity: null },
    ...{ margin_check: 'warn' as const, aside_lots: 0, ...more },
  });

  it.each([
    ['paused', '已暫停', 120, 'below', '低於'],
    ['tripped', '已觸發風控', 60, 'above', '高於'],
  ] as const)('of a %s grid is warned of in Chinese, whole', async (...the) => {
    const [name, named, lower, side, chinese] = the;
    const because = { reason: 'max_loss', text: '' };
    const held = name === 'paused' ? { paused: true } : { paused: true, tripped: because };
    const request = { grid_lower_price: lower, grid_upper_price: lower + 20 };
    const tried = dryRun(now({ state: { ...begun.state, ...held } }), request);
    if ('problems' in tried) throw new Error(JSON.stringify(tried.problems));
    const { answer } = tried;
    expect(answer.warnings).toEqual([
      `The price 100 is ${side} the range.`,
      `The grid is ${name}: orders to be placed wait for \`gridd resume bp_sol_01\`.`,
    ]);
    const page = createElement(AdjustPreview, { answer, status: SAMPLE_STATUS });
    const markup = await shown('zh-Hant', page);
    expect(markup).toContain(`價格 100 ${chinese}區間。`);
    expect(markup).toContain(`網格${named}：要掛的單等待恢復`);
    expect(markup).not.toMatch(/lang="en"|The (price|grid)/);
    const plain = await shown('en', createElement(AdjustPreview, { answer, status: SAMPLE_STATUS }));
    expect(plain).toContain(`The price 100 is ${side} the range.`);
    expect(plain).not.toContain('said-sentence');
  });
});
