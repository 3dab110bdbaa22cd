/**
 * Keeps keys, secrets, signatures and listen keys out of every line that leaves a client: traces
 * and the messages of faults. Known values are blotted out wherever they stand, others by the name
 * they are written with.
 */

const BLOT = '***';
/** Shorter values would blot out ordinary words. */
const SHORTEST = 6;
/** Values that are secret by their name: in a query, a JSON text or a header. */
const NAMED =
  /((?:signature|listenkey|api-?_?key|secret|passphrase|token)["']?\s*[=:]\s*["']?)[^"'&\s,;}]+/gi;
/** A listen key in the address of a stream. */
const IN_PATH = /(\/ws\/)[A-Za-z0-9_-]{16,}/g;

export class Redaction {
  #values: readonly string[] = [];

  /** `secrets`: the values to keep; undefined ones are left out. */
  constructor(secrets: readonly (string | undefined)[]) {
    for (const secret of secrets) if (secret !== undefined) this.keep(secret);
  }

  /** Keeps one more value, such as a listen key that was just given. */
  keep(secret: string): void {
    if (secret.length < SHORTEST) return;
    const known = new Set([...this.#values, secret, encodeURIComponent(secret)]);
    // The longest first: a value may be a part of another.
    this.#values = [...known].sort((a, b) => b.length - a.length);
  }

  /** `text` without anything secret. */
  clean(text: string): string {
    let clean = text;
    for (const value of this.#values) clean = clean.replaceAll(value, BLOT);
    return clean.replace(NAMED, `$1${BLOT}`).replace(IN_PATH, `$1${BLOT}`);
  }
}
