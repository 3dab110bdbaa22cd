/** The access token in `.env`: made once, kept beside everything else, read anew, and demanded. */
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { judgeWebToken } from '../../src/contract/access.ts';
import {
  followWebToken,
  makeWebToken,
  readConfigFile,
  refuseOpenAddress,
} from '../../src/registry/index.ts';
import { put, refusal, smallConfig, tempHome } from './temp-home.ts';

describe('gridd token', () => {
  test('makes 32 random bytes in a file that only its user reads, and the same one again', () => {
    const home = tempHome();
    const { token, made } = makeWebToken(home, false);
    expect(made).toBe(true);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(statSync(home.env).mode & 0o777).toBe(0o600);
    expect(makeWebToken(home, false)).toEqual({ token, made: false });
    const anew = makeWebToken(home, true);
    expect(anew.made).toBe(true);
    expect(anew.token).not.toBe(token);
    expect(parse(readFileSync(home.env))).toEqual({ GRIDD_WEB_TOKEN: anew.token });
  });

  test.each([
    'BP_KEY=a # one\n\n# two\nBP_SECRET="b\nc"',
    'GRIDD_WEB_TOKEN=short\nBP_KEY=a\n',
    'BP_KEY=a\nexport GRIDD_WEB_TOKEN = old\nX=1\nGRIDD_WEB_TOKEN=older\n',
    '# GRIDD_WEB_TOKEN=no\nA=1\n',
  ])('keeps what else %j says', (text) => {
    const home = tempHome();
    writeFileSync(home.env, text);
    const { token } = makeWebToken(home, false);
    const { GRIDD_WEB_TOKEN: now, ...rest } = parse(readFileSync(home.env));
    const { GRIDD_WEB_TOKEN: _before, ...others } = parse(text);
    expect([now, rest]).toEqual([token, others]);
    for (const comment of text.match(/#.*/g) ?? []) {
      expect(readFileSync(home.env, 'utf8')).toContain(comment);
    }
  });

  test('does not write into a value of several lines that looks like its own', () => {
    const home = tempHome();
    const text = 'NOTE="\nGRIDD_WEB_TOKEN=inside\n"\n';
    writeFileSync(home.env, text);
    const error = refusal(() => makeWebToken(home, false));
    expect(error.code).toBe('WEB_TOKEN_UNWRITTEN');
    expect(error.hint).toMatch(/GRIDD_WEB_TOKEN=[\w-]{43}$/);
    expect(readFileSync(home.env, 'utf8')).toBe(text);
  });

  test('writes the file that a link names', () => {
    const home = tempHome();
    const real = join(home.folder, 'secrets');
    writeFileSync(real, 'A=1\n');
    symlinkSync(real, home.env);
    const { token } = makeWebToken(home, false);
    expect(parse(readFileSync(real))).toEqual({ A: '1', GRIDD_WEB_TOKEN: token });
  });
});

test('a changed .env counts at the next look, an unreadable one leaves the last token', () => {
  const home = tempHome();
  const look = followWebToken(home);
  expect(look().missing).toBe('GRIDD_WEB_TOKEN is not set in .env');
  const { token } = makeWebToken(home, false);
  expect(look()).toEqual(judgeWebToken(token));
  const { token: next } = makeWebToken(home, true);
  expect(look().token).toBe(next);
  chmodSync(home.env, 0);
  if (process.getuid?.() !== 0) expect(look().token).toBe(next);
  chmodSync(home.env, 0o600);
  expect(look().token).toBe(next);
});

describe('a page beyond this machine', () => {
  const load = (daemon: Record<string, unknown>) => {
    const home = tempHome();
    const config = smallConfig();
    Object.assign(config.daemon_config, daemon);
    return { home, loaded: readConfigFile(home, put(home, 'config/active/x_01.json', config)) };
  };

  test.each([
    [{ web_host: '0.0.0.0' }, 'web_host "0.0.0.0"'],
    [{ web_host: '192.168.1.5' }, 'web_host "192.168.1.5"'],
    [{ web_allowed_hosts: ['grid.example.org'] }, 'the name "grid.example.org"'],
  ])('%j needs the token', (daemon, words) => {
    const { home, loaded } = load(daemon);
    const error = refusal(() => refuseOpenAddress(home, loaded));
    expect(error.code).toBe('BIND_REFUSED');
    expect(error.message).toContain(words);
    makeWebToken(home, false);
    refuseOpenAddress(home, loaded);
  });

  test.each([{}, { web_host: '::1' }, { web_host: 'localhost' }])('%j needs none', (daemon) => {
    const { home, loaded } = load(daemon);
    refuseOpenAddress(home, loaded);
  });

  test.each(['a b', 'http://x', 'x/', '-x', 'x:', 'x:123456', '*', ''])(
    'web_allowed_hosts "%s" is refused',
    (name) => {
      expect(refusal(() => load({ web_allowed_hosts: [name] })).code).toBe('CONFIG_INVALID');
    },
  );
});
