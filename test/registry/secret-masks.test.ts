/** Config text as it is shown: no secret gets out, and what comes back is what was there. */
import { expect, test } from 'vitest';
import { masked, unmasked } from '../../src/registry/secret-masks.ts';

const FILE = 'x.json';
const KEY = `0x${'a1'.repeat(32)}`;
const TEXT = `{
  // secret_key: "abcdefgh", see http://joe:pw123@host/x; ${KEY}
  "metadata": { "name": "x topsecret1 y", "symbol": "SOL" }, /* topsecret1 */
  "exchange_config": {
    "api_key": "\${K}", "secret_key": "topsecret1", "passphrase": 123456, // old: topsecret1
    "private_key": "\${P:-literal}", "proxy": "http://u:proxypass@h:1", "account_address": "0xabc",
  },
  "daemon_config": {
    "environment": { "A": "envvalue", "C": "\${D}" },
    "bot_args": ["--api-key", "argsecret", "--lots", "1", "--token=inline1"],
  },
  "odd": { "secret_kye": "misspelt", "deep": [true, "s"] },
}`;
const SECRETS = [
  ...['abcdefgh', 'pw123', KEY, 'topsecret1', '123456', 'literal', 'proxypass', 'envvalue'],
  ...['argsecret', 'inline1', 'misspelt'],
];

test('secrets are masked wherever they stand; variables, addresses and the rest are not', () => {
  const shown = masked(TEXT, FILE);
  for (const secret of SECRETS) expect(shown).not.toContain(secret);
  for (const kept of ['${K}', '${D}', '0xabc', '"--lots", "1"', '"SOL"', '"api_key"', 'old: ']) {
    expect(shown).toContain(kept);
  }
  expect(shown.split('\n')).toHaveLength(TEXT.split('\n').length);
});

test('what comes back as it was shown is what was there', () => {
  expect(unmasked(masked(TEXT, FILE), TEXT, FILE)).toEqual({ text: TEXT, problems: [] });
});

test('an edit beside the masks keeps each secret, comments may go', () => {
  const shown = masked(TEXT, FILE);
  const line = shown.split('\n')[1] ?? '';
  const edited = shown.replace(`${line}\n`, '').replace('"SOL"', '"ETH"');
  const back = unmasked(edited, TEXT, FILE);
  const own = TEXT.split('\n')[1] ?? '';
  expect(back).toEqual({
    text: TEXT.replace(`${own}\n`, '').replace('"SOL"', '"ETH"'),
    problems: [],
  });
});

test('a mask elsewhere stands for nothing, one that was moved would show its secret', () => {
  const shown = masked(TEXT, FILE);
  const paths = (text: string, base: string | null = TEXT) =>
    unmasked(text, base, FILE).problems.map(({ path }) => path);
  expect(paths(shown.replace('"SOL"', '"********"'))).toEqual(['metadata.symbol']);
  expect(paths(shown.replace('"api_key"', '"********"'))).toEqual([]);
  // The words that told it a secret were taken away.
  expect(paths(shown.replace('secret_key: *', 'note *'))).toEqual(['(comment) 1']);
  expect(paths(shown.replace('// old: ********', '// old: ********9'))).toHaveLength(1);
  expect(paths('{ "exchange_config": { "secret_key": "********" } }', null)).toEqual([
    'exchange_config.secret_key',
  ]);
  // Its description gives it away although its own place is empty now.
  const moved = '{ "metadata": { "name": "********", "symbol": "SOL" } }';
  expect(paths(moved)).toEqual(['metadata.name']);
});

test('the flat format has the same places', () => {
  const flat = '{ "symbol": "SOL", "secret_key": "topsecret1" }';
  const shown = masked(flat, FILE);
  expect(shown).toBe('{ "symbol": "SOL", "secret_key": "********" }');
  const parts = `{ "metadata": { "symbol": "SOL" }, "exchange_config": { "secret_key": "********" } }`;
  expect(unmasked(parts, flat, FILE).text).toContain('"secret_key": "topsecret1"');
});

test('keys in escapes are the same keys, and an escaped mask is a mask', () => {
  const text = '{ "exchange_config": { "\\u0073ecret_key": "topsecret1" } }';
  const shown = masked(text, FILE);
  expect(shown).not.toContain('topsecret1');
  const escaped = shown.replace('********', '\\u002a*******');
  expect(unmasked(escaped, text, FILE)).toEqual({ text, problems: [] });
});

test('what is no JSON cannot be masked, and is refused', () => {
  expect(() => masked('{ "secret_key": "topsecret1', FILE)).toThrow(/not valid JSON/);
});

test('texts made to take long do not', () => {
  const words = ['a', 'key', 'key:"', '//a:', '\\', 'a1', '"', "key:'", '********1'];
  const begin = performance.now();
  for (const word of words) {
    const comment = word.repeat(Math.floor(64_000 / word.length));
    const shown = masked(`{ "a": 1 // ${comment}\n}`, FILE);
    unmasked(shown, shown, FILE);
  }
  const commas = ',\n'.repeat(32_000);
  expect(() => masked(`{ "a": 1 ${commas} }`, FILE)).toThrow(/and \d+ more/);
  expect(performance.now() - begin).toBeLessThan(5_000);
});
