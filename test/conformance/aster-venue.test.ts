/**
 * The Aster client passes the suite that every venue passes, over the wire against the loopback
 * Aster: signed by an agent (V3), where a post-only order that would cross is refused; and by an
 * older key (V1), where it expires and makers are paid.
 */
import { asterKind } from '../../src/exchange/aster/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { openLoopback } from './loopback-fixture.ts';
import { venueConformance } from './venue-suite.ts';

const ASTER = {
  ...{ kind: asterKind, face: asterFace, symbol: 'SOLUSDT' },
  cut: 'drop_before',
} as const;

venueConformance('aster V3', () =>
  openLoopback({
    ...{ ...ASTER, crossing: 'refuse' },
    credentials: ({ account_address = '', private_key = '' }) => ({ account_address, private_key }),
  }),
);
venueConformance('aster V1, rebate', () =>
  openLoopback({
    ...{ ...ASTER, crossing: 'expire', maker_fee: '-0.00005' },
    credentials: ({ api_key = '', secret_key = '' }) => ({ api_key, secret_key }),
  }),
);
