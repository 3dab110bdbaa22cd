/** Exchanges through ccxt pass the suite on loopback venues that speak their protocols. */
import { describe } from 'vitest';
import { ccxtFolder, loadCcxtKind } from '../../src/exchange/ccxt/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openLoopback } from './loopback-fixture.ts';
import { venueConformance } from './venue-suite.ts';

/**
 * ccxt spaces requests by up to a third of a second; a loopback venue takes what comes. Not without
 * space on Aster: its nonce is the millisecond.
 */
const SPACING_MS = { aster: 8, backpack: 1 };

describe.skipIf(ccxtFolder() === null)('with ccxt installed', () => {
  venueConformance('aster through ccxt', async () =>
    openLoopback({
      kind: await loadCcxtKind('aster', SPACING_MS.aster),
      face: asterFace,
      ...{ symbol: 'SOLUSDT', client_symbol: 'SOL/USDT:USDT' },
      // ccxt derives the account from the key: it signs as the wallet itself, not as an agent.
      credentials: ({ wallet_key = '' }) => ({ private_key: wallet_key }),
      ...{ crossing: 'refuse', cut: 'error_before' },
    }),
  );
  venueConformance('backpack through ccxt', async () =>
    openLoopback({
      kind: await loadCcxtKind('backpack', SPACING_MS.backpack),
      face: backpackFace,
      ...{ symbol: 'SOL_USDC_PERP', client_symbol: 'SOL/USDC:USDC' },
      credentials: ({ api_key = '', secret_key = '' }) => ({ api_key, secret_key }),
      ...{ crossing: 'expire', cut: 'error_before' },
    }),
  );
});
