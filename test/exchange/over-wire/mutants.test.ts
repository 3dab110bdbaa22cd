/**
 * Planted bugs, in our clients and in the bot, are seen over the wire: a referee complains, mostly in
 * one of the worlds that every `npm test` plays. Sockets make no world twice the same, so a bug that
 * shows in few moments has some more.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { MUTANTS, plantIn, uproot } from '../../sim/mutants.ts';
import type { Mutant } from '../../sim/mutants.ts';
import { SEEDS } from './play.ts';
import type { WIRES, playOverWire } from './play.ts';

const MORE_SEEDS = Array.from({ length: 20 }, (_, k) => 101 + k);
const ENTRY = 'test/exchange/over-wire/play.ts';

interface WireMutant extends Mutant {
  readonly venue: keyof typeof WIRES;
}

/** A bug of the bot that the simulator knows. */
function known(venue: WireMutant['venue'], name: string): WireMutant {
  const mutant = MUTANTS.find((each) => each.name === name);
  return { venue, ...(mutant ?? expect.unreachable(`no bug is called "${name}"`)) };
}

const WIRE_MUTANTS: readonly WireMutant[] = [
  {
    venue: 'backpack',
    name: 'a request without an answer counts as refused',
    edits: [
      {
        file: 'src/exchange/backpack/orders.ts',
        find: 'return unknown(sent ? message : `${message}; nothing was sent`);',
        put: "return rejected('other', message);",
      },
    ],
    referees: ['one order a line', 'orders', 'receipt', 'stop', 'max position', 'max open orders'],
  },
  {
    venue: 'backpack',
    name: 'a fill has the size that is filled in all',
    edits: [
      {
        file: 'src/exchange/backpack/parse.ts',
        find: "const size = data.at('l').decimal();",
        put: "const size = data.at('z').decimal();",
      },
    ],
    referees: ['booked truly'],
  },
  {
    venue: 'aster',
    name: 'a fill has the size that is filled in all',
    edits: [
      {
        file: 'src/exchange/aster/parse-account.ts',
        find: "const size = raw.at('l').decimal();",
        put: "const size = raw.at('z').decimal();",
      },
    ],
    referees: ['booked truly'],
  },
  known('aster', 'trades are not told apart by their id'),
  known('backpack', 'a look-up that finds nothing is taken for proof'),
  known('backpack', 'late fills are left out'),
];

afterAll(() => WIRE_MUTANTS.forEach((_, index) => uproot(`wire-${index}`)));

describe('a planted bug is caught over the wire', () => {
  const cases = WIRE_MUTANTS.map((mutant, index) => ({ ...mutant, mutant, index }));
  test.each(cases)('$venue: $name', { timeout: 120_000 }, async ({ venue, mutant, index }) => {
    type Planted = { readonly playOverWire: typeof playOverWire };
    const planted = await plantIn<Planted>(mutant, ENTRY, `wire-${index}`);
    for (const seed of [...SEEDS[venue], ...MORE_SEEDS]) {
      const { breach } = await planted.playOverWire(venue, seed);
      if (breach === null) continue;
      if (process.env['GRIDD_MUTANTS'] !== undefined) {
        console.log(`| ${venue} | ${mutant.name} | ${breach.referee} | ${seed} |`);
      }
      expect(mutant.referees).toContain(breach.referee);
      return;
    }
    expect.unreachable('no referee saw it');
  });
});
