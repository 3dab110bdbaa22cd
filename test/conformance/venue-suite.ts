/**
 * What every venue behind the exchange port must do, whatever it is: one suite, run against each
 * with a `VenueFixture` (see there) that can move its price. It trades small sizes near the
 * present price; what it expects follows from the venue's declared capabilities.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import { accountsReconcile, fundingIsPaid } from './suite/account.ts';
import { batchesAreItemised } from './suite/batches.ts';
import { fillsAreTold } from './suite/fills.ts';
import { ordersAreFound } from './suite/listings.ts';
import { keysAreKnown } from './suite/key.ts';
import { nothingIsForgotten } from './suite/memory.ts';
import { ordersAreJudged } from './suite/orders.ts';
import { deadMenAreMissed, stopsAreWatched } from './suite/protection.ts';
import { faultsAreNamed, streamsAgree } from './suite/stream.ts';
import { openBench } from './venue-fixture.ts';
import type { Bench, VenueFixture } from './venue-fixture.ts';

/** Registers the suite for one venue; `makeVenue` opens a fresh account for each test. */
export function venueConformance(name: string, makeVenue: () => Promise<VenueFixture>): void {
  describe(`venue conformance: ${name}`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await openBench(await makeVenue());
    });
    afterEach(async () => {
      await bench.fixture.dispose();
    });
    const groups = [
      ...[ordersAreJudged, fillsAreTold, ordersAreFound, batchesAreItemised],
      ...[accountsReconcile, fundingIsPaid, stopsAreWatched, deadMenAreMissed],
      ...[streamsAgree, faultsAreNamed, nothingIsForgotten, keysAreKnown],
    ];
    for (const group of groups) group(() => bench);
  });
}
