/**
 * Whatever a venue answers, whole or cut, in any shape: a question ends in a value or a
 * `VenueFault`, an action in an outcome; nothing else is ever thrown.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VenueFault } from '../../../src/exchange/port.ts';
import type { Venue } from '../../../src/exchange/port.ts';
import { ROUTES } from '../../../src/exchange/aster/routes.ts';
import { order } from './everything.ts';
import * as recorded from './recorded.ts';
import { OLDER, scriptedAster } from './scripted-aster.ts';
import type { Reply, ScriptedAster } from './scripted-aster.ts';

const QUESTIONS: Readonly<Record<string, (venue: Venue) => Promise<unknown>>> = {
  market: (venue) => venue.market(),
  price: (venue) => venue.price(),
  orderByClientId: (venue) => venue.orderByClientId('g1-1'),
  openOrders: (venue) => venue.openOrders(),
  orderHistory: (venue) => venue.orderHistory(0),
  fillsSince: (venue) => venue.fillsSince(Date.now()),
  fundingSince: (venue) => venue.fundingSince(Date.now()),
  position: (venue) => venue.position(),
  balance: (venue) => venue.balance(),
  account: (venue) => venue.account(),
  setLeverage: (venue) => venue.setLeverage(3),
  serverTime: (venue) => venue.serverTime(),
  windDeadMan: (venue) => venue.windDeadMan(null),
};

const STOP = { client_id: 'g1-7', side: 'sell', trigger_price: '120', size: '0.4' } as const;
const ACTIONS: Readonly<Record<string, (venue: Venue) => Promise<unknown>>> = {
  submit: (venue) => venue.submit(order('g1-1')),
  submitBatch: (venue) => venue.submitBatch([order('g1-1'), order('g1-2')]),
  submitTrigger: (venue) => venue.submitTrigger({ ...STOP, trigger_by: 'last' }),
  cancel: (venue) => venue.cancel('g1-1'),
  cancelBatch: (venue) => venue.cancelBatch(['g1-1', 'g1-2']),
};

/** Sound answers of every kind, to be asked for by the wrong question, cut, or nested. */
const SOUND = [
  ...[recorded.ORDER, [recorded.ORDER], recorded.EXCHANGE_INFO, recorded.BRACKETS],
  ...[[recorded.USER_TRADE], [recorded.FUNDING_FEE], [recorded.POSITION], [recorded.BALANCE]],
  ...[recorded.TICKER_PRICE, { code: -2011, msg: 'words' }, [{ code: -2022, msg: 'words' }]],
];
const text = fc.oneof(
  fc.constantFrom(...SOUND).map((body) => JSON.stringify(body)),
  fc.jsonValue().map((body) => JSON.stringify(body)),
  fc.string(),
  fc.constantFrom('', '<html><title>403</title></html>', '[', '{"code":-1007}', '{"code":1e99}'),
);
const reply: fc.Arbitrary<Reply> = fc.record({
  // 429 and 418 would hold everything back from then on.
  status: fc.constantFrom(200, 200, 200, 400, 401, 403, 404, 500, 502, 503),
  body: fc.tuple(text, fc.double({ min: 0.3, max: 1, noNaN: true })).map(([whole, part]) => {
    return part > 0.8 ? whole : whole.slice(0, Math.ceil(whole.length * part));
  }),
});

let aster: ScriptedAster;
let venue: Venue;
beforeAll(async () => {
  aster = await scriptedAster();
  venue = aster.open(OLDER);
});
afterAll(async () => {
  await venue.close();
  await aster.close();
});

/** A client that has not used its budget up, before a venue that answers `nonsense` to all. */
async function freshVenue(nonsense: Reply): Promise<void> {
  await venue.close();
  for (const { method, path } of Object.values(ROUTES)) aster.script(`${method} ${path}`, nonsense);
  aster.script('GET account', nonsense);
  // Else nothing else would be asked.
  aster.script('GET time', () => ({ body: { serverTime: Date.now() } }));
  venue = aster.open(OLDER);
}

it.each(Object.keys(QUESTIONS))('%s: a value or a fault', async (name) => {
  await fc.assert(
    fc.asyncProperty(reply, async (nonsense) => {
      await freshVenue(nonsense);
      if (name === 'serverTime') aster.script('GET time', nonsense);
      await QUESTIONS[name]?.(venue).catch((error: unknown) => {
        expect(error).toBeInstanceOf(VenueFault);
      });
    }),
    { numRuns: 25 },
  );
});

it.each(Object.keys(ACTIONS))('%s: an outcome', async (name) => {
  await fc.assert(
    fc.asyncProperty(reply, async (nonsense) => {
      await freshVenue(nonsense);
      const outcomes = [await ACTIONS[name]?.(venue)].flat() as { status: string }[];
      for (const { status } of outcomes) {
        expect(['accepted', 'cancelled', 'gone', 'rejected', 'unknown']).toContain(status);
        // Nothing is concluded from an answer that is none.
        if ((nonsense.status ?? 0) >= 500) expect(status).toBe('unknown');
      }
    }),
    { numRuns: 25 },
  );
});
