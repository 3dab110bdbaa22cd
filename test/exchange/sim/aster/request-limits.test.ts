/** What the simulated Aster lets through, and how long a listen key lives. */
import { describe, expect, test } from 'vitest';
import { AsterError } from '../../../../src/exchange/sim/aster/aster-error.ts';
import { LISTEN_KEY_MS, ListenKeys } from '../../../../src/exchange/sim/aster/listen-keys.ts';
import { RequestLimits } from '../../../../src/exchange/sim/aster/request-limits.ts';

/** The start of a minute. */
const START = 1_700_000_040_000;
const RULES = {
  weight_per_minute: 100,
  orders_per_minute: 3,
  refusals_before_ban: 2,
  ban_ms: 120_000,
};

function refused(act: () => unknown): AsterError {
  try {
    act();
  } catch (error) {
    if (error instanceof AsterError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('request limits', () => {
  test('weight adds up per address and minute', () => {
    const limits = new RequestLimits(RULES);
    expect(limits.charge('a', 40, START)).toBe(40);
    expect(limits.charge('a', 60, START + 59_999)).toBe(100);
    expect(limits.charge('b', 1, START)).toBe(1);
    expect(limits.charge('a', 1, START + 60_000)).toBe(1);
  });

  test('beyond it 429 says when to come again', () => {
    const limits = new RequestLimits(RULES);
    limits.charge('a', 100, START);
    const error = refused(() => limits.charge('a', 1, START + 20_500));
    expect(error).toMatchObject({ code: -1003, status: 429 });
    expect(error.headers).toEqual({ 'Retry-After': '40', 'X-MBX-USED-WEIGHT-1M': '101' });
    expect(limits.charge('a', 1, START + 60_000)).toBe(1);
  });

  test('who does not stop is banned, whatever minute it is', () => {
    const limits = new RequestLimits(RULES);
    limits.charge('a', 100, START);
    for (let i = 0; i < RULES.refusals_before_ban; i += 1) {
      expect(refused(() => limits.charge('a', 1, START)).status).toBe(429);
    }
    const ban = refused(() => limits.charge('a', 1, START + 1000));
    expect(ban).toMatchObject({ code: -1003, status: 418 });
    expect(ban.headers).toEqual({ 'Retry-After': '120' });
    expect(refused(() => limits.charge('a', 1, START + 61_000)).status).toBe(418);
    expect(limits.charge('b', 1, START + 61_000)).toBe(1);
    expect(limits.charge('a', 1, START + 121_000)).toBe(1);
  });

  test('orders are counted per account; a batch goes through whole or not at all', () => {
    const limits = new RequestLimits(RULES);
    expect(limits.countOrders('main', 2, START)).toBe(2);
    expect(refused(() => limits.countOrders('main', 2, START))).toMatchObject({
      code: -1015,
      status: 429,
      headers: { 'Retry-After': '60' },
    });
    expect(limits.countOrders('main', 1, START)).toBe(3);
    expect(limits.countOrders('other', 3, START)).toBe(3);
    expect(limits.countOrders('main', 3, START + 60_000)).toBe(3);
  });
});

describe('listen keys', () => {
  function keys(): ListenKeys {
    let made = 0;
    return new ListenKeys(() => `key-${(made += 1)}`);
  }

  test('an account has one key, and asking again begins its hour anew', () => {
    const listenKeys = keys();
    expect(listenKeys.open('main', START)).toBe('key-1');
    expect(listenKeys.open('other', START)).toBe('key-2');
    expect(listenKeys.open('main', START + 1000)).toBe('key-1');
    expect(listenKeys.find('key-1', START)).toMatchObject({
      account: 'main',
      until_ms: START + 1000 + LISTEN_KEY_MS,
    });
  });

  test('lives for an hour after it was last kept alive, then there is a new one', () => {
    const listenKeys = keys();
    listenKeys.open('main', START);
    expect(listenKeys.keepAlive('main', START + 60_000)).toBe(true);
    expect(listenKeys.find('key-1', START + LISTEN_KEY_MS)).not.toBeNull();
    expect(listenKeys.find('key-1', START + 60_000 + LISTEN_KEY_MS)).toBeNull();
    expect(listenKeys.keepAlive('main', START + 60_000 + LISTEN_KEY_MS)).toBe(false);
    expect(listenKeys.open('main', START + 60_000 + LISTEN_KEY_MS)).toBe('key-2');
  });

  test('a closed key is gone', () => {
    const listenKeys = keys();
    listenKeys.open('main', START);
    listenKeys.close('main');
    expect(listenKeys.find('key-1', START)).toBeNull();
    expect(listenKeys.keepAlive('main', START)).toBe(false);
  });
});
