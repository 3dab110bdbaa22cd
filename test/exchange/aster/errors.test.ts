/** What the venue's codes mean: nothing uncertain is taken for a refusal. */
import { describe, expect, it } from 'vitest';
import { bannedUntil, meaningOf } from '../../../src/exchange/aster/errors.ts';
import { provesUnseen, stampRefused } from '../../../src/exchange/aster/errors.ts';

describe('error codes', () => {
  it.each([
    [-1000, 'unreachable', 'other', 'unknown'],
    [-1001, 'unreachable', 'other', 'unknown'],
    [-1002, 'refused', 'key', 'permission'],
    [-1003, 'rate_limited', 'rate', 'rate_limited'],
    [-1006, 'unreachable', 'other', 'unknown'],
    [-1007, 'unreachable', 'timeout', 'unknown'],
    [-1011, 'refused', 'address', 'permission'],
    [-1015, 'rate_limited', 'rate', 'rate_limited'],
    [-1016, 'maintenance', 'maintenance', 'maintenance'],
    [-1021, 'refused', 'clock', 'wrong_time'],
    [-1022, 'refused', 'key', 'permission'],
    [-1102, 'refused', 'other', 'other'],
    [-1121, 'refused', 'symbol', 'symbol_closed'],
    [-2010, 'unreachable', 'other', 'other'],
    [-2011, 'unreachable', 'other', 'absent'],
    [-2013, 'unreachable', 'other', 'absent'],
    [-2014, 'refused', 'key', 'permission'],
    [-2015, 'refused', 'key', 'permission'],
    [-2019, 'unreachable', 'other', 'insufficient_margin'],
    [-2021, 'unreachable', 'other', 'price_out_of_bounds'],
    [-2022, 'unreachable', 'other', 'reduce_only_would_increase'],
    [-2025, 'unreachable', 'other', 'max_orders'],
    [-2027, 'unreachable', 'other', 'max_position'],
    [-4003, 'unreachable', 'other', 'size_not_on_lot'],
    [-4004, 'unreachable', 'other', 'below_min_quantity'],
    [-4014, 'unreachable', 'other', 'price_not_on_tick'],
    [-4015, 'unreachable', 'other', 'bad_client_id'],
    [-4016, 'unreachable', 'other', 'price_out_of_bounds'],
    [-4023, 'unreachable', 'other', 'size_not_on_lot'],
    [-4045, 'unreachable', 'other', 'max_orders'],
    [-4087, 'refused', 'permission', 'permission'],
    [-4116, 'unreachable', 'other', 'duplicate_client_id'],
    [-4141, 'refused', 'symbol', 'symbol_closed'],
    [-4164, 'unreachable', 'other', 'below_min_notional'],
    [-4225, 'refused', 'clock', 'wrong_time'],
    [-5022, 'unreachable', 'other', 'post_only_would_cross'],
    [-5076, 'unreachable', 'other', 'below_min_notional'],
    [-9999, 'unreachable', 'other', 'other'],
  ])('%i is %s because of %s, for an order %s', (code, kind, because, verdict) => {
    expect(meaningOf(code, 'words')).toEqual({ kind, because, verdict });
  });

  it('a nonce refused in words is a stamp refused, whatever its code', () => {
    for (const text of ['Nonce Expired', 'Duplicate nonce', 'nonce too small']) {
      expect(stampRefused(meaningOf(-1000, text))).toBe(true);
    }
    expect(stampRefused(meaningOf(-1000, 'announced'))).toBe(false);
    const codes = [-1021, -4225, -1000, -1102, null];
    const proofs = codes.map((code) => provesUnseen(code, 'Nonce Expired'));
    expect(proofs).toEqual([true, true, false, false, false]);
    expect(provesUnseen(-4225, 'Nonce Duplicated')).toBe(false);
  });

  it('an agent that nobody approved is a wrong key', () => {
    const words = [[-9999, 'The agent has expired'], [-1000, 'No agent found']] as const;
    for (const [code, text] of words) {
      expect(meaningOf(code, text)).toMatchObject({ kind: 'refused', because: 'key' });
    }
  });

  it('reads until when an address is banned', () => {
    expect(bannedUntil('Way too many requests; IP banned until 1659146400000. Stop.')).toBe(
      1659146400000,
    );
    expect(bannedUntil('Too many requests queued.')).toBeNull();
  });
});
