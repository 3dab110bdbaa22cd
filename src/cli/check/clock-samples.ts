/** The venue's time and the way there, from several questions. PURE but for the asking. */
import type { Venue } from '../../exchange/port.ts';
import type { Clock } from '../../platform/clock.ts';

/** Whole milliseconds. */
export interface ClockSamples {
  /** How far this machine's clock is behind the venue's, by the quickest answer. */
  readonly offset_ms: number;
  /** Round trips, the first left out: it opens the connection. */
  readonly latency_ms: { readonly min: number; readonly median: number; readonly max: number };
}

const SAMPLES = 6;

/** Asks the venue for its time; rejects with its `VenueFault`. */
export async function sampleClock(
  venue: Pick<Venue, 'serverTime'>,
  clock: Clock,
): Promise<ClockSamples> {
  const samples: { trip: number; offset: number }[] = [];
  for (let n = 0; n <= SAMPLES; n += 1) {
    const [sent, wall] = [clock.monotonic(), clock.now()];
    const theirs = await venue.serverTime();
    const trip = clock.monotonic() - sent;
    if (n > 0) samples.push({ trip, offset: theirs - (wall + trip / 2) });
  }
  samples.sort((a, b) => a.trip - b.trip);
  const trip = (index: number) => Math.round(samples[index]?.trip ?? 0);
  return {
    offset_ms: Math.round(samples[0]?.offset ?? 0),
    latency_ms: { min: trip(0), median: trip(SAMPLES >> 1), max: trip(SAMPLES - 1) },
  };
}
