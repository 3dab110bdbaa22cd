/** Rows of the fleet as the console orders, sums and acts on them, without a browser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountView, FleetRow } from '../../src/contract/console-api.ts';
import { formatMoney, parseMoney } from '../../src/contract/decimal.ts';
import { PROCESS_STATES } from '../../src/contract/instance-views.ts';
import { say, sentenceOf } from '../../src/contract/sentences.ts';
import { currenciesBeside, lossRoom } from '../../src/web/ui/console/accounts/worst-case.ts';
import { hrefOf, readAddress } from '../../src/web/ui/console/address-text.ts';
import {
  ROW_GROUPS,
  changedMode,
  isLive,
  isInGroup,
  nextSort,
  orderRows,
  placeInRange,
  readSort,
  sortText,
  troubleOf,
} from '../../src/web/ui/console/fleet/row-order.ts';
import type { RowFilter } from '../../src/web/ui/console/fleet/row-order.ts';
import { shownWords } from '../../src/web/ui/console/fleet/state-reason.tsx';
import { sumFleet } from '../../src/web/ui/console/fleet/sums.ts';
import { VERBS, movesRealMoney, planVerb, stopBody } from '../../src/web/ui/console/verbs/verb-plan.ts';
import type { Verb } from '../../src/web/ui/console/verbs/verb-plan.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import { sampleRow } from './sample-row.ts';

const ROW = sampleRow();
const ALL: RowFilter = { text: '', group: 'all', mode: '', account: '' };
const row = sampleRow;
const ids = (rows: readonly FleetRow[]) => rows.map(({ id }) => id);

describe('order and filter', () => {
  const rows = [
    row({ id: 'a_2', total_pnl: '-0.5', symbol: 'ETH_USDC_PERP' }),
    row({ id: 'a_10', total_pnl: '0.300000000000000001' }),
    row({ id: 'a_1', total_pnl: null, mode: 'live', state: 'failed', account: 'backpack x' }),
    row({ id: 'a_3', total_pnl: '0.3', warnings: ['w'], state: 'stopped' }),
  ];

  it('compares amounts exactly and puts what is not known last, either way', () => {
    expect(ids(orderRows(rows, ALL, readSort('-total_pnl')))).toEqual(['a_10', 'a_3', 'a_2', 'a_1']);
    expect(ids(orderRows(rows, ALL, readSort('total_pnl')))).toEqual(['a_2', 'a_3', 'a_10', 'a_1']);
  });

  it('sorts ids as people count', () => {
    expect(ids(orderRows(rows, ALL, readSort('')))).toEqual(['a_1', 'a_2', 'a_3', 'a_10']);
  });

  it('finds the reason of a state in the words that are shown and in English', async () => {
    const words = await wordsIn('zh-Hant');
    const said = say('no_sign_of_life', { seconds: 16 });
    const reason = { state_reason: sentenceOf(said), state_said: said };
    const all = [...rows, row({ id: 'b_1', state: 'unhealthy', ...reason })];
    const found = (text: string) =>
      ids(
        orderRows(all, { ...ALL, text }, readSort('id'), (one) =>
          shownWords(words, 'zh-Hant', one),
        ),
      );
    expect(found('沒有任何訊息')).toEqual(['b_1']);
    expect(found('sign of life')).toEqual(['b_1']);
    expect(found('沒有這句話')).toEqual([]);
  });

  it('finds every word, and each narrowing takes away', () => {
    const shown = (filter: Partial<RowFilter>) =>
      ids(orderRows(rows, { ...ALL, ...filter }, readSort('id')));
    expect(shown({ text: 'eth paper' })).toEqual(['a_2']);
    expect(shown({ text: 'eth live' })).toEqual([]);
    expect(shown({ mode: 'live' })).toEqual(['a_1']);
    expect(shown({ account: 'backpack x' })).toEqual(['a_1']);
    expect(shown({ group: 'attention' })).toEqual(['a_1', 'a_3']);
    expect(shown({ group: 'stopped' })).toEqual(['a_1', 'a_3']);
    expect(shown({ group: 'running' })).toEqual(['a_2', 'a_10']);
  });

  it('puts every state into all and exactly one of running and stopped', () => {
    for (const state of PROCESS_STATES) {
      const groups = ROW_GROUPS.filter((group) => isInGroup(row({ state }), group));
      expect(groups.includes('running') !== groups.includes('stopped')).toBe(true);
      expect(groups).toContain('all');
    }
  });

  it('turns a column round when it is chosen again; text of an order reads back', () => {
    const first = nextSort(readSort('id'), 'total_pnl');
    expect(sortText(first)).toBe('-total_pnl');
    expect(sortText(nextSort(first, 'total_pnl'))).toBe('total_pnl');
    expect(readSort(sortText(first))).toEqual(first);
    expect(readSort('-constructor')).toEqual({ key: 'id', descending: false });
  });

  it('places the price in its range, beyond it too, and nowhere when one is missing', () => {
    expect(placeInRange(ROW)).toEqual({ percent: 50, where: 'inside' });
    expect(placeInRange(row({ price: '170' }))?.where).toBe('above');
    expect(placeInRange(row({ price: '100' }))?.where).toBe('below');
    expect([placeInRange(row({ price: null })), placeInRange(row({ upper: '140' }))]).toEqual([
      null,
      null,
    ]);
  });
});

describe('sums', () => {
  it('counts as running what has a process: not what waits for its restart', () => {
    const rows = [row({ state: 'degraded' }), row({ state: 'backoff', pid: null })];
    expect(sumFleet(rows)).toMatchObject([{ running: 1, instances: 2 }]);
  });

  it('adds exactly, per mode and currency, and says what is not known', () => {
    const sums = sumFleet([
      row({ total_pnl: '0.1' }),
      row({ total_pnl: '0.2' }),
      row({ total_pnl: null }),
      row({ mode: 'live', total_pnl: '5', quote: 'USDT' }),
      row({ mode: null, quote: null, total_pnl: '999' }),
    ]);
    expect(sums.map((sum) => [sum.mode, sum.quote, sum.total_pnl, sum.unknown])).toEqual([
      ['live', 'USDT', '5', 0],
      ['paper', 'USDC', '0.3', 1],
    ]);
  });

  it('is the sum of its parts, whatever they are', () => {
    const units = fc.array(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), { maxLength: 20 });
    fc.assert(
      fc.property(units, (values) => {
        const [sum] = sumFleet(values.map((value) => row({ total_pnl: formatMoney(value) })));
        const added = values.reduce((a, b) => a + b, 0n);
        expect(parseMoney(sum?.total_pnl ?? '0')).toBe(added);
      }),
    );
  });
});

describe('what a verb will do', () => {
  const effect = (verb: Verb, more: Partial<FleetRow>) => planVerb(verb, [row(more)])[0];

  it('has an answer for every verb in every state', () => {
    for (const verb of VERBS) {
      for (const state of PROCESS_STATES) expect(effect(verb, { state })?.effect).toBeTruthy();
    }
  });

  it.each<[Verb, Partial<FleetRow>, string, boolean]>([
    ['start', { state: 'stopped' }, 'starts', false],
    ['start', { state: 'stopped', mode: 'live', next_mode: 'live' }, 'starts_live', false],
    ['start', {}, 'runs_already', true],
    ['stop', {}, 'stops', false],
    ['stop', { state: 'stopped', position: '0', open_orders: 0 }, 'stopped_already', true],
    ['restart', { state: 'failed' }, 'takes_up', false],
    ['pause', { grid_state: 'paused' }, 'paused_already', true],
    ['pause', { state: 'backoff', pid: null }, 'not_running', true],
    ['resume', { state: 'backoff', pid: null, grid_state: 'paused' }, 'not_running', true],
    ['resume', { grid_state: 'tripped' }, 'resumes', false],
    ['resume', {}, 'trades_already', true],
    ['reload', { state: 'stopped' }, 'not_running', true],
    ['panic', { state: 'stopped', position: '0.00', open_orders: 0 }, 'holds_nothing', true],
    ['panic', { state: 'stopped', position: '0.01', open_orders: 0 }, 'panics', false],
    ['panic', { state: 'stopped', position: '0', open_orders: 3 }, 'panics', false],
    ['panic', { state: 'failed', position: null, open_orders: null }, 'panics', false],
  ])('%s of %o: %s', (verb, more, told, skipped) => {
    expect(effect(verb, more)).toMatchObject({ effect: told, skipped });
  });

  it('sends of a stop only what was chosen', () => {
    expect(stopBody(['a'], { orders: 'config', position: 'close' })).toEqual({
      ids: ['a'],
      on_stop: { position: 'close' },
    });
    expect(stopBody(['a'], { orders: 'config', position: 'config' })).toEqual({
      ids: ['a'],
      on_stop: {},
    });
  });
});

describe('accounts and addresses', () => {
  const side = { notional: '0', margin: '0', equity_after: null, liquidation_percent: null };
  const account: AccountView = {
    ...{ account: 'a', venue: 'paper', mode: 'paper', quote: 'USDC', instances: [], equity: null },
    ...{ grid_profit: '0', total_pnl: '0', total_24h: '0', max_loss: '100' },
    worst: [
      { ...side, side: 'sells_filled', loss: '40.5' },
      { ...side, side: 'buys_filled', loss: '10' },
    ],
  };

  it('says how much of the allowed loss is left, or by how much it is exceeded', () => {
    expect(lossRoom(account)).toEqual({ limit: '100', left: '59.5', over: null, percent: 40 });
    const exceeded = lossRoom({ ...account, max_loss: '40' });
    expect(exceeded).toMatchObject({ left: '-0.5', over: '0.5', percent: 100 });
    expect(lossRoom({ ...account, max_loss: null })).toBeNull();
    expect(lossRoom({ ...account, worst: [] })).toBeNull();
  });

  it('names the other currencies of the same account, and of no other', () => {
    const other = { ...account, quote: 'USDT' };
    const all = [account, other, { ...account, account: 'b', quote: 'EUR' }];
    expect(currenciesBeside(account, all)).toEqual(['USDT']);
    expect(currenciesBeside(other, all)).toEqual(['USDC']);
    expect(currenciesBeside(account, [account])).toEqual([]);
    expect(currenciesBeside(account, [account, { ...other, mode: 'live' }])).toEqual([]);
  });

  it('reads back every address it writes, and takes any other for the fleet', () => {
    const texts = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(texts, texts, (subject, value) => {
        const address = readAddress(hrefOf('configs', subject, { q: value }));
        expect(address).toEqual({ view: 'configs', subject, query: { q: value } });
      }),
    );
    for (const hash of ['', '#', '#/', '#/nowhere/x', '#/%E0%A4%A']) {
      expect(readAddress(hash).view).toBe('fleet');
    }
  });
});

describe('a file that says another mode by now', () => {
  const toLive = row({ next_mode: 'live' });
  const toPaper = row({ mode: 'live', next_mode: 'paper' });

  it('is a change; what no file tells is none', () => {
    expect([changedMode(toLive), changedMode(toPaper)]).toEqual(['live', 'paper']);
    expect([changedMode(ROW), changedMode(row({ next_mode: null }))]).toEqual([null, null]);
    expect(changedMode(row({ mode: null, next_mode: 'live' }))).toBe(null);
    expect([toLive, toPaper, ROW].map(isLive)).toEqual([true, true, false]);
    expect(ids(orderRows([toLive], { ...ALL, mode: 'live' }, readSort('id')))).toEqual([ROW.id]);
  });

  it('says real money where the next process has it, and where the present one has', () => {
    const money = (one: FleetRow) => VERBS.filter((verb) => movesRealMoney(verb, one));
    expect(money(toLive)).toEqual(['start', 'restart']);
    expect(money(toPaper)).toEqual(VERBS.filter((verb) => verb !== 'start'));
    expect(money(ROW)).toEqual([]);
    const effects = (one: FleetRow) =>
      (['start', 'restart'] as const).map((verb) => planVerb(verb, [one])[0]?.effect);
    expect(effects(toLive)).toEqual(['runs_already', 'restarts_live']);
    expect(effects({ ...toLive, state: 'stopped' })).toEqual(['starts_live', 'starts_live']);
    expect(effects({ ...toPaper, state: 'stopped' })).toEqual(['starts', 'takes_up']);
  });
});

describe('what is wrong with an instance', () => {
  it('is its state, and a met fence unless the process itself is away', () => {
    const troubles = PROCESS_STATES.map((state) => [state, troubleOf(row({ state }))]);
    expect(troubles.filter(([, trouble]) => trouble !== null)).toEqual(
      troubles.filter(([, trouble]) => trouble !== null).map(([state]) => [state, state]),
    );
    expect(troubles.flatMap(([, trouble]) => trouble ?? []).sort()).toEqual([
      ...['backoff', 'degraded', 'failed', 'unhealthy'],
    ]);
    const tripped = (state: FleetRow['state']) => troubleOf(row({ state, grid_state: 'tripped' }));
    expect(['running', 'degraded', 'failed'].map((state) => tripped(state as 'running'))).toEqual([
      ...['tripped', 'tripped', 'failed'],
    ]);
  });
});
