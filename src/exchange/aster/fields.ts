/**
 * Reads what a venue answered, field by field. Whatever is missing, of the wrong type or beyond all
 * bounds is a `VenueFault` that names the field's path; nothing here throws anything else.
 */
import { formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import { VenueFault } from '../port.ts';

/** No figure of a venue has more digits: what has is no figure. */
const MOST_DIGITS = 60;
const LONGEST_TEXT = 4096;

/** One object of an answer, and where it stands in it. */
export class Fields {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  private constructor(values: Readonly<Record<string, unknown>>, path: string) {
    this.#values = values;
    this.path = path;
  }

  /** An object; `path` names it, e.g. "openOrders[3]". */
  static of(value: unknown, path: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw answerFault(path, 'no object', value);
    }
    return new Fields(value as Record<string, unknown>, path);
  }

  /** A list of objects. */
  static list(value: unknown, path: string): readonly Fields[] {
    return items(value, path).map((item, index) => Fields.of(item, `${path}[${index}]`));
  }

  has(name: string): boolean {
    const value = this.#values[name];
    return value !== undefined && value !== null;
  }

  /** Text, or a number that stands for it: ids come as either. */
  text(name: string): string {
    return textOf(this.#values[name], this.#at(name));
  }

  /** One of the words known. */
  word<T extends string>(name: string, words: readonly T[]): T {
    const text = this.text(name);
    const word = words.find((each) => each === text);
    if (word === undefined) throw answerFault(this.#at(name), 'no word that is known', text);
    return word;
  }

  /** A decimal in its plain shortest form. */
  decimal(name: string): string {
    return decimalOf(this.#values[name], this.#at(name));
  }

  /** Whole milliseconds, or any other count from 0. */
  count(name: string): number {
    return countOf(this.#values[name], this.#at(name));
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw answerFault(this.#at(name), 'neither true nor false', value);
  }

  object(name: string): Fields {
    return Fields.of(this.#values[name], this.#at(name));
  }

  objects(name: string): readonly Fields[] {
    return Fields.list(this.#values[name], this.#at(name));
  }

  #at(name: string): string {
    return `${this.path}.${name}`;
  }
}

/** A list of anything. */
export function items(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw answerFault(path, 'no list', value);
  return value as unknown[];
}

/** As `Fields.decimal`. */
export function decimalOf(value: unknown, path: string): string {
  const given = typeof value === 'number' || (typeof value === 'string' && value !== '');
  const short = given && String(value).length <= MOST_DIGITS;
  const decimal = short ? parseDecimal(value as string | number) : null;
  if (decimal === null) throw answerFault(path, 'no decimal', value);
  const text = formatDecimal(decimal.digits, decimal.scale);
  if (text.length > MOST_DIGITS) throw answerFault(path, 'no sane decimal', value);
  return text;
}

/** As `Fields.count`. */
export function countOf(value: unknown, path: string): number {
  const count = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw answerFault(path, 'no whole number from 0', value);
  }
  return count;
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length <= LONGEST_TEXT) return value;
  // A number that JSON has already rounded is the id of something else.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw answerFault(path, 'no text', value);
}

/** `what`: what the field is not, or is. */
export function answerFault(path: string, what: string, value: unknown): VenueFault {
  const found = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  const shown = found.length > 60 ? `${found.slice(0, 60)}…` : found;
  const text = `The venue's answer cannot be read: ${path} is ${what} (${shown}).`;
  return new VenueFault('unreachable', text, null, 'answer');
}
