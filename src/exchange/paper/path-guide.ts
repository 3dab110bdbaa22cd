/**
 * The place in the price path: which point comes next, what time it is there, and how a stored
 * place is found again. A path that no longer contains the stored place (another file, another
 * kind of source) is walked from its first point, reached by a jump from the last price:
 * positions keep their price.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Place } from './ledger.ts';
import type { PricePoint, PriceSource } from './price-source.ts';

export class PathGuide {
  readonly #source: PriceSource;
  readonly #clock: Clock;
  readonly #speed: number;
  /** The point reached last; null before the first point of a path begun anew. */
  #here: PricePoint | null;
  #next: PricePoint | null;
  #origin_ms: number;

  private constructor(
    source: PriceSource,
    clock: Clock,
    speed: number,
    here: PricePoint | null,
    origin_ms: number,
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#speed = speed;
    this.#here = here;
    this.#next = here === null ? { ...source.first(), move: 'jump' } : source.after(here);
    this.#origin_ms = origin_ms;
  }

  /**
   * Finds `stored` on the path (null: begins at the first point); returns where the venue stands.
   */
  static open(
    source: PriceSource,
    clock: Clock,
    speed: number,
    stored: Place | null,
  ): { guide: PathGuide; place: Place } {
    const now = clock.now();
    if (stored === null) {
      const guide = new PathGuide(source, clock, speed, source.first(), now);
      return { guide, place: guide.#placeAt(source.first()) };
    }
    const found = findPlace(source, stored);
    if (found !== null) {
      const guide = new PathGuide(source, clock, speed, found, stored.origin_ms);
      return { guide, place: stored };
    }
    const guide = new PathGuide(source, clock, speed, null, now);
    const ticks = stored.cursor ?? stored.ticks;
    const begun = { kind: source.kind, index: -1, state: 0, origin_ms: now };
    return { guide, place: { ...stored, ...begun, ticks, cursor: null, told: true } };
  }

  /** The point to which the market moves next; null at the end of the path. */
  get next(): PricePoint | null {
    return this.#next;
  }

  /** Market milliseconds from the present point to the next. */
  get distance_ms(): number {
    if (this.#here === null || this.#next === null) return 0;
    return this.#next.at_ms - this.#here.at_ms;
  }

  /** Steps on to the next point and returns it as a place whose price is still to be told. */
  arrive(from: Place): Place {
    const point = this.#next;
    if (point === null) return from;
    this.#here = point;
    this.#next = this.#source.after(point);
    return this.#placeAt(point);
  }

  /** The venue's clock at `place`: within a move it is already the time of the point ahead. */
  timeAt(place: Place): number {
    if (this.#isLive()) return this.#clock.now();
    return place.cursor !== null && this.#next !== null ? this.#stamp(this.#next) : place.at_ms;
  }

  #placeAt(point: PricePoint): Place {
    return {
      kind: this.#source.kind,
      index: point.index,
      state: point.state,
      ticks: point.ticks,
      at_ms: this.#stamp(point),
      cursor: null,
      told: false,
      origin_ms: this.#origin_ms,
    };
  }

  #stamp(point: PricePoint): number {
    if (this.#source.dated) return point.at_ms;
    return this.#isLive() ? this.#clock.now() : this.#origin_ms + point.at_ms;
  }

  /**
   * An invented path at any real speed happens now; only an unpaced one has a time of its own.
   */
  #isLive(): boolean {
    return !this.#source.dated && this.#speed > 0;
  }
}

function findPlace(source: PriceSource, stored: Place): PricePoint | null {
  if (stored.kind !== source.kind || stored.index < 0) return null;
  const point = source.resume(stored.index, stored.state);
  if (point === null || point.ticks !== stored.ticks) return null;
  return source.dated && point.at_ms !== stored.at_ms ? null : point;
}
