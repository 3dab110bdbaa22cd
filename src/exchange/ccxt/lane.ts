/**
 * Calls to one exchange, one at a time, cancels before all that wait: some classes of ccxt take
 * their nonce from the clock, and two requests of one millisecond would collide.
 */
export class Lane {
  readonly #urgent: (() => Promise<void>)[] = [];
  readonly #waiting: (() => Promise<void>)[] = [];
  #busy = false;

  /** Makes a call when it is its turn; what it throws is the caller's. */
  run<T>(call: () => Promise<T>, urgent = false): Promise<T> {
    return new Promise((resolve, reject) => {
      // One that throws at once must not hold up all that come after it.
      const made = async (): Promise<T> => call();
      (urgent ? this.#urgent : this.#waiting).push(() => made().then(resolve, reject));
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    const next = () => this.#urgent.shift() ?? this.#waiting.shift();
    for (let call = next(); call !== undefined; call = next()) await call();
    this.#busy = false;
  }
}
