/** A promise that is resolved from outside, once; later values are ignored. */
export class Gate<T> {
  readonly passed: Promise<T>;
  #resolve: (value: T) => void = () => {};
  #open = false;

  constructor() {
    this.passed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  open(value: T): void {
    this.#open = true;
    this.#resolve(value);
  }
}
