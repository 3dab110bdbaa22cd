/** `gridd token`: what is printed where, and that a second call changes nothing. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { gridd, makeHome } from './cli-harness.ts';

it('prints the token alone on stdout, the same one until a new one is asked for', async () => {
  const home = makeHome({ '.env': 'BP_KEY=a\n' });
  const first = await gridd(home, ['token']);
  expect(first.exit).toBe(0);
  expect(first.out).toMatch(/^[\w-]{43}\n$/);
  expect(first.err).toContain('A new access token was written to');
  expect(readFileSync(home.env, 'utf8')).toBe(`BP_KEY=a\nGRIDD_WEB_TOKEN=${first.out}`);
  const again = await gridd(home, ['token']);
  expect([again.out, again.err]).toEqual([first.out, expect.stringContaining('This is the')]);
  const anew = await gridd(home, ['token', '--new']);
  expect(anew.out).not.toBe(first.out);
  expect((await gridd(home, ['token'])).out).toBe(anew.out);
});

it('says what to do where the file cannot take it', async () => {
  const text = 'NOTE="\nGRIDD_WEB_TOKEN=inside\n"\n';
  const home = makeHome({ '.env': text });
  const { exit, err } = await gridd(home, ['token']);
  expect(exit).toBe(2);
  expect(err).toContain('WEB_TOKEN_UNWRITTEN');
  expect(readFileSync(home.env, 'utf8')).toBe(text);
});
