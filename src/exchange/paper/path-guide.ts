/**
 * The place in the price path: which point comes next, what time it is there, and how a stored
 * place is found again. A path that no longer contains the stored place (another file, another
 * kind of source) is walked from its first point, reached by a jump from the last price:
 * positions keep their price. The venue's clock never goes back, whatever path, speed or wall
 * clock it is opened with.
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
  /** Live: the venue's clock at the opening, and what the monotonic clock said then. */
  readonly #opened_ms: number;
  readonly #openedAt: number;

  private constructor(
    source: PriceSource,
    clock: Clock,
    speed: number,
    here: PricePoint | null,
    origin_ms: number,
    latest_ms: number,
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#speed = speed;
    this.#here = here;
    this.#next = here === null ? { ...source.first(), move: 'jump' } : source.after(here);
    this.#origin_ms = origin_ms;
    this.#opened_ms = Math.max(clock.now(), latest_ms);
    this.#openedAt = clock.monotonic();
  }

  /**
   * Finds `stored` on the path (null: begins at the first point); returns where the venue stands.
   * Nothing is dated before `latest_ms`, the latest moment at which anything is dated already.
   */
  static open(
    source: PriceSource,
    clock: Clock,
    speed: number,
    stored: Place | null,
    latest_ms: number,
  ): { guide: PathGuide; place: Place } {
    const first = source.first();
    const now = Math.max(clock.now(), latest_ms);
    if (stored === null) {
      const guide = new PathGuide(source, clock, speed, first, source.dated ? 0 : now, latest_ms);
      return { guide, place: guide.#placeAt(first) };
    }
    const found = findPlace(source, stored);
    if (found !== null) {
      const guide = new PathGuide(source, clock, speed, found, stored.origin_ms, latest_ms);
      return { guide, place: guide.#resumed(stored, found, latest_ms) };
    }
    const origin_ms = source.dated ? Math.max(0, latest_ms - first.at_ms) : now;
    const guide = new PathGuide(source, clock, speed, null, origin_ms, latest_ms);
    const ticks = stored.cursor ?? stored.ticks;
    const begun = { kind: source.kind, index: -1, state: 0, origin_ms, at_ms: latest_ms };
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
    if (this.#isLive()) return this.#liveTime();
    return place.cursor === null ? place.at_ms : this.arrival_ms;
  }

  /** The venue's clock at the arrival at the next point. */
  get arrival_ms(): number {
    const point = this.#next ?? this.#here;
    return point === null ? this.#liveTime() : this.#stamp(point);
  }

  /** A stored place, its dates moved where it was left with a clock that was ahead of this one. */
  #resumed(stored: Place, here: PricePoint, latest_ms: number): Place {
    if (this.#source.dated || this.#isLive()) return stored;
    const ahead = stored.cursor === null ? here : (this.#next ?? here);
    this.#origin_ms = Math.max(stored.origin_ms, latest_ms - ahead.at_ms);
    const at_ms = stored.cursor === null ? Math.max(stored.at_ms, latest_ms) : stored.at_ms;
    return { ...stored, origin_ms: this.#origin_ms, at_ms };
  }

  /** Anchored at the opening: a jump of the wall clock does not move it. */
  #liveTime(): number {
    const passed = Math.floor(this.#clock.monotonic() - this.#openedAt);
    return this.#opened_ms + passed;
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
    return this.#isLive() ? this.#liveTime() : this.#origin_ms + point.at_ms;
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
  const at_ms = point.at_ms + stored.origin_ms;
  return source.dated && at_ms !== stored.at_ms ? null : point;
}
