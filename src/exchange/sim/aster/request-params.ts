/**
 * The parameters of one request: form-encoded pairs of its query and body, of which the query's
 * win. Reads them by type; what is missing or malformed is refused as the venue words it.
 */
import { parseDecimal } from '../../../contract/decimal.ts';
import type { Decimal } from '../../../contract/decimal.ts';
import { refusal } from './aster-error.ts';

/** How the venue words the form of numbers. */
const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
const WHOLE_RANGE = '^[0-9]{1,20}$';

/** Names that belong to the signature and not to what is asked for. */
const OF_SIGNATURE = new Set(['signature', 'timestamp', 'recvWindow', 'nonce', 'user', 'signer']);

export class RequestParams {
  readonly #values: ReadonlyMap<string, string>;

  private constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** Of the raw texts of query (without `?`) and body. */
  static read(query: string, body: string): RequestParams {
    const values = new Map<string, string>();
    for (const text of [body, query]) {
      const seen = new Set<string>();
      for (const [name, value] of new URLSearchParams(text)) {
        if (seen.has(name)) throw refusal('DUPLICATE_PARAMETER');
        seen.add(name);
        values.set(name, value);
      }
    }
    return new RequestParams(values);
  }

  /** Of an entry of a batch: an object whose values are taken as text. */
  static of(entry: Readonly<Record<string, unknown>>): RequestParams {
    const values = Object.entries(entry).map(([name, value]) => [name, String(value)] as const);
    return new RequestParams(new Map(values));
  }

  /** What is asked for, without the parts of the signature. */
  entries(): readonly (readonly [string, string])[] {
    return [...this.#values].filter(([name]) => !OF_SIGNATURE.has(name));
  }

  /** Null when it was not sent or is empty. */
  text(name: string): string | null {
    const value = this.#values.get(name);
    return value === undefined || value === '' ? null : value;
  }

  needText(name: string): string {
    const value = this.text(name);
    if (value === null) throw refusal('MISSING_PARAMETER', name);
    return value;
  }

  /** A whole number from 0. */
  whole(name: string): number | null {
    const value = this.text(name);
    if (value === null) return null;
    if (!/^\d{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) {
      throw refusal('ILLEGAL_PARAMETER', name, WHOLE_RANGE);
    }
    return Number(value);
  }

  needWhole(name: string): number {
    const value = this.whole(name);
    if (value === null) throw refusal('MISSING_PARAMETER', name);
    return value;
  }

  /** "true" or "false" in any case; false when it was not sent. */
  flag(name: string): boolean {
    const value = this.text(name)?.toLowerCase() ?? 'false';
    if (value !== 'true' && value !== 'false') throw refusal('INVALID_PARAMETER', name);
    return value === 'true';
  }

  decimal(name: string): Decimal | null {
    const value = this.text(name);
    if (value === null) return null;
    const decimal = /^-?\d+(\.\d+)?$/.test(value) ? parseDecimal(value) : null;
    if (decimal === null) throw refusal('ILLEGAL_PARAMETER', name, DECIMAL_RANGE);
    return decimal;
  }

  /** One of `allowed`; null when it was not sent. */
  choice<T extends string>(name: string, allowed: readonly T[]): T | null {
    const value = this.text(name);
    if (value === null) return null;
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw refusal('INVALID_PARAMETER', name);
    return found;
  }
}
