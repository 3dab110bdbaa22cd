/** What is sent proves who sends it: ccxt signs the same, and a server recovers the agent. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VenueFault } from '../../../src/exchange/port.ts';
import { agentSigner, keySigner, signerOf } from '../../../src/exchange/aster/sign.ts';
import { messageDigest } from '../../../src/exchange/aster/sign.ts';
import type { Params } from '../../../src/exchange/aster/sign.ts';
import { HAS_CCXT, openCcxtAster } from './ccxt-aster.ts';

// The example of the venue's own documents; nothing was ever kept under it.
const USER = '0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e';
const AGENT_KEY = '0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1';
const AGENT = '0x21cf8ae13bb72632562c6fff438652ba1a151bb0';
const stamps = { timestamp: () => '1748310859508', nonce: () => '1748310859508867' };

const ORDER: Params = {
  ...{ symbol: 'SOLUSDT', side: 'BUY', newClientOrderId: 'g1:a/b.c_-9', type: 'LIMIT' },
  ...{ quantity: '0.5', price: '151.25', timeInForce: 'GTX' },
};
const SAMPLES: Readonly<Record<string, Params>> = {
  order: ORDER,
  nothing: {},
  batch: { batchOrders: JSON.stringify([ORDER, { ...ORDER, side: 'SELL' }]) },
  cancels: { symbol: 'SOLUSDT', origClientOrderIdList: JSON.stringify(['a', 'b:c']) },
};

function paramsOf(text: string): { message: string; signature: string } {
  const [message = '', signature = ''] = text.split('&signature=');
  return { message, signature };
}

/** The address that signed a message, as a server finds it. */
function recover(message: string, signature: string): string {
  const bytes = Buffer.from(signature.slice(2), 'hex');
  const recovered = Uint8Array.from([(bytes[64] ?? 0) - 27, ...bytes.subarray(0, 64)]);
  const key = secp256k1.recoverPublicKey(recovered, messageDigest(message), { prehash: false });
  const point = secp256k1.Point.fromBytes(key).toBytes(false).slice(1);
  return `0x${Buffer.from(keccak_256(point).slice(-20)).toString('hex')}`;
}

describe('V3, signed by an agent', () => {
  const signer = agentSigner(USER, AGENT_KEY);

  it('derives the agent of the documented example from its key', () => {
    const { message } = paramsOf(signer.sign({}, stamps).text);
    expect(message).toBe(`nonce=1748310859508867&user=${USER}&signer=${AGENT}`);
    expect(signer.address).toBe(USER.toLowerCase());
  });

  it.skipIf(!HAS_CCXT).each(Object.keys(SAMPLES))('signs as ccxt does: %s', async (name) => {
    const ccxt = await openCcxtAster(AGENT_KEY);
    const params = SAMPLES[name] ?? {};
    const nonce = stamps.nonce();
    const theirs = ccxt.sign('v3/order', 'fapiPrivate', 'POST', { nonce, ...params });
    expect(agentSigner(AGENT, AGENT_KEY).sign(params, stamps).text).toBe(theirs.body);
  });

  it('lets a server recover the agent from any parameters', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), text), (params) => {
        const { message, signature } = paramsOf(signer.sign(params, stamps).text);
        expect(signature).toMatch(/^0x[0-9a-f]{128}(1b|1c)$/);
        expect(recover(message, signature)).toBe(AGENT);
        const form = new URLSearchParams(message);
        for (const [key, value] of Object.entries(params)) expect(form.get(key)).toBe(value);
      }),
      { numRuns: 8 },
    );
  });

  it('proves the user of a stream in the same way', () => {
    const { message, signature } = paramsOf(signer.identify({}, stamps).text);
    expect(recover(message, signature)).toBe(AGENT);
  });
});

describe('V1, signed by an older key', () => {
  const KEY = 'dbefbc809e3e83c283a984c3a1459732ea7db1360ca80c5c2c8867408d28cc83';
  const SECRET = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9';
  const signer = keySigner(KEY, SECRET);

  it('gives the signature of the documented example', () => {
    const params = {
      ...{ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: '1', price: '9000' },
      timeInForce: 'GTC',
    };
    const signed = signer.sign(params, { ...stamps, timestamp: () => '1591702613943' });
    expect(signed).toEqual({
      text:
        'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC' +
        '&recvWindow=5000&timestamp=1591702613943' +
        '&signature=3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9',
      headers: { 'X-MBX-APIKEY': KEY },
    });
  });

  it('gives a signature made elsewhere for a request without parameters', () => {
    // printf 'recvWindow=5000&timestamp=1748310859508' | openssl dgst -sha256 -hmac SECRET
    const { text } = signer.sign({}, stamps);
    expect(text).toBe(
      'recvWindow=5000&timestamp=1748310859508' +
        '&signature=75f87dfe2cd7e2f286ca9e460868e8ef594c1bf84ae34a0c5e3b0b948999d8f9',
    );
  });

  it('only names itself to the stream', () => {
    expect(signer.identify({}, stamps)).toEqual({ text: '', headers: { 'X-MBX-APIKEY': KEY } });
  });
});

describe('credentials', () => {
  it('prefers the agent where both kinds are given', () => {
    const older = { api_key: 'k', secret_key: 's' };
    const agent = { account_address: USER, private_key: AGENT_KEY };
    expect(signerOf({ ...older, ...agent }).version).toBe('v3');
    expect(signerOf(older).version).toBe('v1');
  });

  const SECRET_WORDS = 'not-a-key-but-secret';
  it.each([
    ['nothing', {}],
    ['half a pair', { account_address: USER, secret_key: SECRET_WORDS }],
    ['an address that is none', { account_address: SECRET_WORDS, private_key: AGENT_KEY }],
    ['a key that is none', { account_address: USER, private_key: SECRET_WORDS }],
    ['the key zero', { account_address: USER, private_key: `0x${'0'.repeat(64)}` }],
    ['a key beyond the curve', { account_address: USER, private_key: 'f'.repeat(64) }],
    ['a key with a line end', { api_key: `${SECRET_WORDS}\n`, secret_key: 's' }],
    ['an empty secret', { api_key: 'k', secret_key: '' }],
  ])('refuses %s and does not repeat it', (_, credentials) => {
    let fault: unknown = null;
    try {
      signerOf(credentials);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(VenueFault);
    expect(fault).toMatchObject({ kind: 'refused', because: 'key' });
    expect(String(fault)).not.toContain(SECRET_WORDS);
  });
});
