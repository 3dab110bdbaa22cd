/** The account behind a key: its rates, its leverage, and what may be sent. */
import { expect, it } from 'vitest';
import { parseDecimal } from '../../../src/contract/decimal.ts';
import type { BenchOf } from '../venue-fixture.ts';

export function keysAreKnown(bench: BenchOf): void {
  it('tells the account: a name that stays, the fees of the market, one-way', async () => {
    const b = bench();
    const account = await b.fixture.venue.account();
    expect(account.account_id).not.toBe('');
    const { maker_fee, taker_fee } = b.market.rules;
    expect(parseDecimal(account.maker_fee)).toEqual(parseDecimal(maker_fee));
    expect(parseDecimal(account.taker_fee)).toEqual(parseDecimal(taker_fee));
    expect(account.position_mode).toBe('one_way');
    expect(account.can_trade).not.toBe(false);
    if (account.leverage !== null) expect(Number(account.leverage)).toBeGreaterThanOrEqual(1);
    b.fixture = await b.fixture.reopen();
    expect((await b.fixture.venue.account()).account_id).toBe(account.account_id);
  });

  it('sets the leverage where it is of the symbol, and refuses elsewhere', async () => {
    const b = bench();
    const { venue } = b.fixture;
    if (venue.capabilities.leverage !== 'symbol') {
      const refused = { name: 'VenueFault', kind: 'refused', because: 'capability' };
      await expect(venue.setLeverage(5)).rejects.toMatchObject(refused);
      return;
    }
    for (const leverage of [5, 3]) {
      await venue.setLeverage(leverage);
      expect(Number((await venue.account()).leverage)).toBe(leverage);
    }
  });

  it('counts what it sends, within the share that was granted', async () => {
    const { venue } = bench().fixture;
    const { requests_per_minute: most } = venue.capabilities;
    const before = venue.usage();
    // Who has no limit counts nothing.
    if (before === null) {
      venue.grant(1 / 2);
      expect(venue.usage()).toBeNull();
      return;
    }
    await venue.position();
    expect(venue.usage()?.used).toBeGreaterThan(before.used);
    expect(venue.usage()?.allowed).toBe(most);
    venue.grant(1 / 2);
    expect(venue.usage()?.allowed).toBe(Math.floor((most ?? 0) / 2));
  });
}
