/**
 * The wish for a token: whoever meets a refusal asks here and waits, the one dialog of the page
 * answers. All who ask meanwhile get the same answer.
 */

/** Whether the dialog is wanted, and what it ends with. */
export class SignIn {
  #waiting: ((signedIn: boolean) => void)[] = [];
  readonly #listeners = new Set<() => void>();

  /** Resolves when the user signed in (true) or closed the dialog (false). */
  ask(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#tell();
    });
  }

  /** Ends the dialog. */
  end(signedIn: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(signedIn);
    this.#tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly isWanted = (): boolean => this.#waiting.length > 0;

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const signIn = new SignIn();
