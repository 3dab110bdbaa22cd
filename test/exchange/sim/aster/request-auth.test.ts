/** Who the simulated Aster believes: both ways to sign, their windows, replay, strangers. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AsterError } from '../../../../src/exchange/sim/aster/aster-error.ts';
import {
  NONCES_KEPT,
  NONCE_WINDOW_MS,
  NonceList,
} from '../../../../src/exchange/sim/aster/nonce-list.ts';
import { RequestAuth } from '../../../../src/exchange/sim/aster/request-auth.ts';
import type { KeyRing, SignedRequest } from '../../../../src/exchange/sim/aster/request-auth.ts';
import { RequestParams } from '../../../../src/exchange/sim/aster/request-params.ts';
import { addressOf, signerOf } from '../../../../src/exchange/sim/aster/typed-data.ts';
import { signedText } from './aster-signing.ts';

/** Keys of the venue's own examples: they open nothing. */
const API_KEY = 'dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83';
const SECRET = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9';
const AGENT_KEY = '0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1';
const AGENT = '0x21cf8ae13bb72632562c6fff438652ba1a151bb0';
const USER = '0x63dd5acc6b1aa0f563956c0e534dd30b6dcf7c4e';

const KEYS: KeyRing = {
  byApiKey: (key) =>
    key === API_KEY ? { account: 'main', can_trade: true, secret: SECRET } : null,
  byAgent: (signer) =>
    signer === AGENT ? { account: 'main', can_trade: true, user: USER } : null,
};

function request(query: string, body: string, api_key: string | null = null): SignedRequest {
  return { api_key, query, body, params: RequestParams.read(query, body) };
}

function codeOf(act: () => unknown): number | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof AsterError) return error.code;
    throw error;
  }
}

describe('V1', () => {
  const TIME = 1591702613943;
  const SIGNED =
    'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC' +
    `&recvWindow=5000&timestamp=${TIME}`;
  /** As the documents print it for these keys. */
  const SIGNATURE = '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9';

  function ask(query: string, body: string, nowMs = TIME, key: string | null = API_KEY) {
    return () => new RequestAuth(KEYS).byHmac(request(query, body, key), nowMs);
  }

  test("takes the documents' example as query, as body and with capital letters", () => {
    const signed = `${SIGNED}&signature=${SIGNATURE}`;
    expect(ask(signed, '')()).toMatchObject({ account: 'main' });
    expect(ask('', signed)()).toMatchObject({ account: 'main' });
    expect(ask(`${SIGNED}&signature=${SIGNATURE.toUpperCase()}`, '')().account).toBe('main');
  });

  test('signs query and body as one text', () => {
    const [query, body] = ['symbol=BTCUSDT&side=BUY', `quantity=1&timestamp=${TIME}`];
    const signature = createHmac('sha256', SECRET).update(query + body).digest('hex');
    expect(ask(query, `${body}&signature=${signature}`)().account).toBe('main');
  });

  test('refuses another signature, one that is not the end, none, another key, no key', () => {
    const signed = `${SIGNED}&signature=${SIGNATURE}`;
    expect(codeOf(ask(signed.replace('quantity=1', 'quantity=2'), ''))).toBe(-1022);
    expect(codeOf(ask(`signature=${SIGNATURE}&${SIGNED}`, ''))).toBe(-1022);
    expect(codeOf(ask(`${SIGNED}&signature=zz`, ''))).toBe(-1022);
    expect(codeOf(ask(SIGNED, ''))).toBe(-1102);
    expect(codeOf(ask(signed, '', TIME, 'someone'))).toBe(-2015);
    expect(codeOf(ask(signed, '', TIME, null))).toBe(-2014);
  });

  test('refuses what is outside of its window, to the millisecond', () => {
    const signed = `${SIGNED}&signature=${SIGNATURE}`;
    expect(codeOf(ask(signed, '', TIME + 5000))).toBeNull();
    expect(codeOf(ask(signed, '', TIME + 5001))).toBe(-1021);
    expect(codeOf(ask(signed, '', TIME - 999))).toBeNull();
    expect(codeOf(ask(signed, '', TIME - 1000))).toBe(-1021);
  });

  test('refuses a window over a minute', () => {
    const text = `timestamp=${TIME}&recvWindow=60001`;
    const signature = createHmac('sha256', SECRET).update(text).digest('hex');
    expect(codeOf(ask(`${text}&signature=${signature}`, ''))).toBe(-1130);
  });

  test('a stream asks for the key alone', () => {
    const auth = new RequestAuth(KEYS);
    expect(auth.byKey(request('', '', API_KEY)).account).toBe('main');
    expect(codeOf(() => auth.byKey(request('', '', 'someone')))).toBe(-2015);
  });
});

describe('V3', () => {
  const TIME = 1748310859508;

  function ask(query: string, body: string, nowMs = TIME, auth = new RequestAuth(KEYS)) {
    return () => auth.byAgent(request(query, body), nowMs);
  }
  function signed(nonce: string | number, more = 'symbol=BTCUSDT', user = USER): string {
    return signedText(AGENT_KEY, `${more}&nonce=${nonce}&user=${user}&signer=${AGENT}`);
  }

  test('recovers the address from what another client signed', () => {
    // Made by ccxt 4.5.84 for an order at this moment.
    const message =
      `nonce=1748310859508000&user=${AGENT}&signer=${AGENT}&symbol=ASTERUSDT&type=LIMIT` +
      '&side=BUY&timeInForce=GTC&quantity=20&price=0.5';
    const signature =
      '0xc68bc500366ac7fb14b70d222e29a15e8749f7b6bdb75317aba945b8529de6fa' +
      '7378ca0854d95f30e5705104f4e58282f10db2e2c3e0b85ff562462850f9e4f31b';
    expect(addressOf(AGENT_KEY)).toBe(AGENT);
    expect(signerOf(message, signature)).toBe(AGENT);
    expect(signerOf(`${message}1`, signature)).not.toBe(AGENT);
    expect(signerOf(message, '0x12')).toBeNull();
    expect(signerOf(message, `0x${'0'.repeat(128)}1b`)).toBeNull();
  });

  test('takes query or body, and a request that does not name its user', () => {
    expect(ask(signed(TIME * 1000), '')()).toMatchObject({ account: 'main' });
    expect(ask('', signed(TIME * 1000))()).toMatchObject({ account: 'main' });
    const nameless = signedText(AGENT_KEY, `nonce=${TIME * 1000}&signer=${AGENT}`);
    expect(ask('', nameless)().account).toBe('main');
  });

  test('takes a nonce once', () => {
    const auth = new RequestAuth(KEYS);
    const nonce = TIME * 1000 + 7;
    expect(codeOf(ask('', signed(nonce), TIME, auth))).toBeNull();
    expect(codeOf(ask('', signed(nonce), TIME, auth))).toBe(-4225);
    expect(codeOf(ask('', signed(nonce, 'symbol=ETHUSDT'), TIME, auth))).toBe(-4225);
    expect(codeOf(ask('', signed(nonce + 1), TIME, auth))).toBeNull();
  });

  test('refuses a nonce too far from the clock, in milliseconds, or none', () => {
    const edge = NONCE_WINDOW_MS * 1000;
    expect(codeOf(ask('', signed(TIME * 1000 - edge)))).toBeNull();
    expect(codeOf(ask('', signed(TIME * 1000 - edge - 1)))).toBe(-4225);
    expect(codeOf(ask('', signed(TIME * 1000 + edge + 1)))).toBe(-4225);
    expect(codeOf(ask('', signed(TIME)))).toBe(-4225);
    expect(codeOf(ask('', signed('now')))).toBe(-1100);
  });

  test('refuses another signer, an unknown one, and another user', () => {
    const wrong = `0x${'11'.repeat(32)}`;
    const asAgent = signedText(wrong, `nonce=${TIME * 1000}&user=${USER}&signer=${AGENT}`);
    expect(codeOf(ask('', asAgent))).toBe(-1022);
    const stranger = addressOf(wrong);
    const own = signedText(wrong, `nonce=${TIME * 1000}&user=${stranger}&signer=${stranger}`);
    expect(codeOf(ask('', own))).toBe(-2015);
    expect(codeOf(ask('', signed(TIME * 1000, 'symbol=BTCUSDT', stranger)))).toBe(-2015);
  });

  test('a refused signature uses up no nonce', () => {
    const auth = new RequestAuth(KEYS);
    const good = signed(TIME * 1000);
    expect(codeOf(ask('', good.replace('BTCUSDT', 'ETHUSDT'), TIME, auth))).toBe(-1022);
    expect(codeOf(ask('', good, TIME, auth))).toBeNull();
  });
});

describe('nonces', () => {
  const NOW = 1_700_000_000_000;

  test('only the latest hundred are known; what is older than all of them is refused', () => {
    const list = new NonceList();
    const base = BigInt(NOW) * 1000n;
    for (let i = 1; i <= NONCES_KEPT; i += 1) {
      expect(list.take(base + BigInt(i * 2), NOW)).toBeNull();
    }
    expect(list.take(base + 1n, NOW)?.code).toBe(-4225);
    // Between the kept ones a late nonce still finds its place, and the oldest is forgotten.
    expect(list.take(base + 5n, NOW)).toBeNull();
    expect(list.take(base + 5n, NOW)?.code).toBe(-4225);
    expect(list.take(base + 2n, NOW)?.code).toBe(-4225);
  });
});
