/** A live config: which hosts may be handed signed requests, where secrets may stand, what is hidden. */
import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  conflictError,
  expandConfig,
  findConflicts,
  readConfigFile,
  refuseExposedEnv,
} from '../../src/registry/index.ts';
import type { Parts } from './temp-home.ts';
import { put, problemLines, refusal, smallConfig, tempHome } from './temp-home.ts';

function liveConfig(more: Record<string, unknown> = {}, exchange = 'backpack') {
  const config = smallConfig();
  config.metadata['exchange'] = exchange;
  config.exchange_config = {
    mode: 'live',
    api_key: '${BP_KEY}',
    secret_key: '${BP_SECRET}',
    ...more,
  };
  return config;
}

function read(config: unknown) {
  const home = tempHome();
  return readConfigFile(home, put(home, 'config/active/x_01.json', config));
}

const refuse = (config: unknown) => refusal(() => read(config));

describe('hosts of a live config', () => {
  test.each([
    { base_url: 'https://api.backpack.exchange' },
    { base_url: 'https://api.backpack.exchange/' },
    { base_url: 'http://127.0.0.1:8080', ws_url: 'ws://127.0.0.1:8080/stream' },
    { base_url: 'http://localhost:1', ws_url: 'ws://[::1]:2' },
    { ws_url: 'wss://ws.backpack.exchange' },
    { base_url: 'https://api.elsewhere.example', allow_custom_host: true },
  ])('%j is taken', (wire) => {
    expect(read(liveConfig(wire)).config.exchange_config).toMatchObject(wire);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ base_url: 'https://api.backpack.work' }, /no host of backpack/],
    [{ base_url: 'https://127.0.0.1.example.com' }, /no host of backpack/],
    [{ base_url: 'https://api.backpack.exchange.example.com' }, /no host of backpack/],
    [{ base_url: 'https://fapi.asterdex.com' }, /no host of backpack/],
    [{ ws_url: 'wss://ws.elsewhere.example' }, /no host of backpack/],
    [{ base_url: 'http://api.backpack.exchange' }, /unencrypted/],
    [{ base_url: 'http://elsewhere.example', allow_custom_host: true }, /unencrypted/],
    [{ ws_url: 'ws://ws.backpack.exchange' }, /unencrypted/],
    [{ base_url: 'ftp://api.backpack.exchange' }, /is no address/],
    [{ base_url: 'https://api.backpack.exchange@elsewhere.example' }, /is no address/],
    [{ base_url: 'https://api.backpack.exchange/?to=x' }, /is no address/],
    [{ base_url: 'api.backpack.exchange' }, /is no address/],
  ])('%j is refused', (wire, words) => {
    const error = refuse(liveConfig(wire));
    expect(error.code).toBe('HOST_REFUSED');
    expect(problemLines(error)[0]).toMatch(words);
  });

  test('the same on paper is nobody’s concern: no request is signed', () => {
    const wire = { mode: 'paper', base_url: 'https://api.backpack.work' };
    expect(read(liveConfig(wire)).config.exchange_config.base_url).toBe(wire.base_url);
  });

  test('a host that only a variable names is judged once it is put in', () => {
    const loaded = read(liveConfig({ base_url: 'https://${BP_HOST}' }));
    const keys = { BP_KEY: 'k', BP_SECRET: 's' };
    const own = { ...keys, BP_HOST: 'api.backpack.exchange' };
    expect(expandConfig(loaded, own).config.exchange_config.base_url).toContain(own.BP_HOST);
    const error = refusal(() => expandConfig(loaded, { ...keys, BP_HOST: 'a.example' }));
    expect(error.code).toBe('HOST_REFUSED');
  });

  test('a proxy is an HTTP address, and its password is never shown', () => {
    expect(read(liveConfig({ proxy: 'http://proxy.example:3128' })).id).toBe('x_01');
    const error = refuse(liveConfig({ proxy: 'socks5://user:hush@proxy.example' }));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(JSON.stringify(error.toBody())).not.toContain('hush');
    const literal = refuse(liveConfig({ proxy: 'http://user:hush@proxy.example' }));
    expect(literal.code).toBe('SECRET_IN_CONFIG');
    expect(JSON.stringify(literal.toBody())).not.toContain('hush');
  });
});

describe('secrets of a live config', () => {
  test.each(['api_key', 'secret_key', 'passphrase', 'private_key'])(
    'a literal %s is refused, also as a default, and not repeated',
    (name) => {
      for (const value of ['hush-hush', '${X:-hush-hush}', 'a${X}hush-hush']) {
        const error = refuse(liveConfig({ [name]: value }));
        expect(error.code).toBe('SECRET_IN_CONFIG');
        expect(problemLines(error)[0]).toContain(`exchange_config.${name}`);
        expect(JSON.stringify(error.toBody())).not.toContain('hush-hush');
      }
    },
  );

  test('an address of an account is none', () => {
    const address = '0x00000000000000000000000000000000000000aa';
    const config = liveConfig({ account_address: address }, 'aster');
    expect(read(config).config.exchange_config.account_address).toBe(address);
  });

  test('a value of the wrong kind in a credential is not repeated either', () => {
    const error = refuse(liveConfig({ private_key: 123456789 }));
    expect(JSON.stringify(error.toBody())).not.toContain('123456789');
  });

  test('on paper a literal key is told, not refused', () => {
    const loaded = read(liveConfig({ mode: 'paper', private_key: 'hush-hush' }));
    expect(JSON.stringify(loaded.warnings)).toMatch(/private_key: the key stands in the file itself/);
    expect(JSON.stringify(loaded.warnings)).not.toContain('hush-hush');
  });

  test('a missing key is refused with its name and path', () => {
    const error = refusal(() => expandConfig(read(liveConfig()), { BP_KEY: 'k', BP_SECRET: '' }));
    expect(error.code).toBe('ENV_MISSING');
    expect(error.message).toContain('${BP_SECRET}');
    // A default would be a literal key, which is refused.
    expect(error.hint).toBe('Set the variable in .env: a key of a live config takes no default.');
    const defaulted = refuse(liveConfig({ secret_key: '${BP_SECRET:-hush}' }));
    expect(defaulted.code).toBe('SECRET_IN_CONFIG');
  });
});

describe('.env beside a live config', () => {
  test('readable by others: refused with the command that mends it', () => {
    const home = tempHome();
    const loaded = readConfigFile(home, put(home, 'config/active/x_01.json', liveConfig()));
    refuseExposedEnv(home, loaded);
    const env = put(home, '.env', 'BP_KEY=k\n');
    chmodSync(env, 0o644);
    const error = refusal(() => refuseExposedEnv(home, loaded));
    expect(error.code).toBe('ENV_EXPOSED');
    expect(error.message).toContain('0644');
    expect(error.hint).toContain(`chmod 600 ${env}`);
    chmodSync(env, 0o600);
    refuseExposedEnv(home, loaded);
  });

  test('a paper config does not ask', () => {
    const home = tempHome();
    const paper = liveConfig({ mode: 'paper' });
    const loaded = readConfigFile(home, put(home, 'config/active/x_01.json', paper));
    chmodSync(put(home, '.env', ''), 0o644);
    refuseExposedEnv(home, loaded);
  });
});

describe('two live grids on one market with one key', () => {
  function conflictsOf(first: Parts, second: Parts) {
    const home = tempHome();
    put(home, 'config/active/a_01.json', first);
    put(home, 'config/active/b_01.json', second);
    return findConflicts(home);
  }

  test('are a conflict: each would take the other’s position for its own', () => {
    const [conflict] = conflictsOf(liveConfig(), liveConfig());
    expect(conflict).toMatchObject({ key: 'market', ids: ['a_01', 'b_01'] });
    const error = conflictError(conflict === undefined ? [] : [conflict]);
    expect(error.code).toBe('CONFIG_CONFLICT');
    expect(error.message).toContain('market SOL_USDC_PERP on backpack with ${BP_KEY}');
    expect(problemLines(error)[0]).toMatch(/^metadata.symbol: is the same in/);
  });

  test('another key, another symbol, another exchange or paper is none', () => {
    const other = liveConfig({ api_key: '${BP_KEY_2}', secret_key: '${BP_SECRET_2}' });
    const symbol = liveConfig();
    symbol.metadata['symbol'] = 'ETH_USDC_PERP';
    for (const second of [other, symbol, liveConfig({}, 'aster'), liveConfig({ mode: 'paper' })]) {
      expect(conflictsOf(liveConfig(), second)).toEqual([]);
    }
  });
});
