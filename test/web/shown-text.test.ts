/** Texts, moments and sums as a reader meets them on the pages. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import { durationWords } from '../../src/web/ui/console/moments.ts';
import { isUnloaded } from '../../src/web/ui/console/view-fault.ts';
import { ageText, dateText, momentText, recentText } from '../../src/web/ui/format/moment.ts';
import { differenceOf, notionalOf } from '../../src/web/ui/format/notional.ts';
import { LONGEST_SHOWN, shownText, visibleText } from '../../src/web/ui/format/plain-text.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';

describe('a view that could not be loaded', () => {
  it.each([
    'Failed to fetch dynamically imported module: http://127.0.0.1:5000/assets/log-view-Cx1.js',
    'error loading dynamically imported module: http://127.0.0.1:5000/assets/log-view-Cx1.js',
    'Importing a module script failed.',
    'Unable to preload CSS for http://127.0.0.1:5000/assets/views-Bq2.css',
  ])('is known by what the browser says: %s', (message) => {
    expect(isUnloaded(message)).toBe(true);
  });

  it('is not taken for one that failed by itself', () => {
    expect(isUnloaded("Cannot read properties of undefined (reading 'rows')")).toBe(false);
  });
});

describe('text of others', () => {
  it.each([
    ['\u001b[31mred', '␛[31mred'],
    ['beep\u0007\u0000', 'beep␇␀'],
    ['gone\u007f', 'gone␡'],
    ['back\rover', 'back␍over'],
    ['\u202egnp.exe', '⟨202E⟩gnp.exe'],
    ['zero\u200bwidth', 'zero⟨200B⟩width'],
    ['tab\tline\n', 'tab\tline\n'],
    ['網格 <b>$&</b> {{id}}', '網格 <b>$&</b> {{id}}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('has nothing in it that moves or hides, and is the same when shown again', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, (given) => {
        const shown = visibleText(given);
        expect(shown).not.toMatch(/[^\P{Cc}\t\n]|\p{Cf}|[\u2028\u2029]/u);
        expect(visibleText(shown)).toBe(shown);
      }),
    );
  });

  it('is cut where nobody reads on, and says how much that is', () => {
    const longest = 'x'.repeat(LONGEST_SHOWN);
    expect(shownText(longest)).toBe(longest);
    expect(shownText(`${longest}yz`)).toBe(`${longest} … (+2)`);
    // No half of a character is left.
    const pairs = `x${'😀'.repeat(LONGEST_SHOWN / 2)}`;
    expect(shownText(pairs)).toBe(`x${'😀'.repeat(LONGEST_SHOWN / 2 - 1)} … (+2)`);
  });
});

describe('moments', () => {
  const iso = '2026-01-05T12:29:58.000Z';
  const at = Date.parse(iso);

  it('are in UTC: day and time, only the time today, the year on the console', () => {
    expect(momentText(iso)).toBe('01-05 12:29:58');
    expect(recentText(iso, at + 3_600_000)).toBe('12:29:58');
    expect(recentText(iso, at + 86_400_000)).toBe('01-05 12:29:58');
    expect(dateText(iso)).toBe('2026-01-05 12:29:58');
    expect([momentText('never'), dateText('never')]).toEqual(['never', 'never']);
  });

  it('are so long ago, in the two largest units that matter', async () => {
    const t = await wordsIn('en');
    const after = (seconds: number) => ageText(t, iso, at + seconds * 1000);
    expect([0, 59, 61, 7200, 7260, 90_061].map(after)).toEqual([
      ...['0 s', '59 s', '1 min', '2 h', '2 h 1 min', '1 d 1 h'],
    ]);
    // A clock that is a little behind the bot's must not show an age below nothing.
    expect(after(-5)).toBe('0 s');
    expect(ageText(t, 'never', 0)).toBe('');
  });

  it.each([
    ['en', ['0 s', '59 s', '1 min', '59 min', '1 h 0 min', '1 d 0 h', '2 d 7 h']],
    ['zh-Hant', ['0 秒', '59 秒', '1 分', '59 分', '1 小時 0 分', '1 天 0 小時', '2 天 7 小時']],
  ] as const)('and lengths of time have words in %s', async (language, shown) => {
    const t = await wordsIn(language);
    const say = (seconds: number | null) =>
      durationWords((key, values) => String(t(key as never, values as never)), seconds);
    expect([0, 59.9, 60, 3599, 3600, 86_400, 200_000].map(say)).toEqual(shown);
    expect([null, -1, NaN].map(say)).toEqual(['–', '–', '–']);
  });
});

describe('what a size is worth', () => {
  it('is exact and has no sign', () => {
    expect(notionalOf('-0.1', '150.3')).toBe('15.03');
    expect(notionalOf('3', '0.333333333333333333')).toBe('0.999999999999999999');
    expect([notionalOf('x', '1'), notionalOf('1', ''), differenceOf('1', 'x')]).toEqual([
      ...[null, null, null],
    ]);
  });

  it('and differences add up again', () => {
    const units = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(String);
    fc.assert(
      fc.property(units, units, (a, b) => {
        const [left = 0n, right = 0n] = [parseMoney(a) ?? 0n, parseMoney(b) ?? 0n];
        expect(parseMoney(differenceOf(a, b) ?? '')).toBe(left - right);
      }),
    );
  });
});
