/**
 * JSON of a venue, read without losing a digit: a number that a float cannot hold exactly (long
 * ids, decimals) becomes its own text. Fields are read by readers that know their path; what is
 * missing or of the wrong type is a `VenueFault` because of the `answer`, never another error.
 */
import { formatDecimal, parseDecimal } from '../../contract/decimal.ts';
import { VenueFault } from '../port.ts';

/** Numbers of up to 15 digits are exact as floats; only these others need care. */
const INEXACT = /[[:,]\s*-?(?:\d{16}|\d+[.eE])|^\s*-?\d/;
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The value of a JSON text, in which inexact numbers are text; undefined when it is no JSON.
 */
export function parseExactJson(text: string): unknown {
  try {
    return JSON.parse(INEXACT.test(text) ? text.replace(TOKENS, quoted) : text);
  } catch {
    return undefined;
  }
}

function quoted(token: string): string {
  return token.startsWith('"') || /^-?\d{1,15}$/.test(token) ? token : `"${token}"`;
}

/** Decimals beyond these bounds are no figure of a market. */
const LONGEST_DECIMAL = 64;
const LARGEST_EXPONENT = 40;
const LONGEST_ID = 128;
const SHOWN = 40;

/** One value of an answer and the way to it. */
export class Answer {
  readonly value: unknown;
  readonly path: string;

  /** `path` names the answer, e.g. "GET /api/v1/time", then the field. */
  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /** A field of an object; one that is missing has no value. */
  at(name: string): Answer {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#bad('an object');
    }
    const found: unknown = Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
    return new Answer(found, `${this.path} ${name}`);
  }

  /** This; null where nothing, or null, is given. */
  get given(): Answer | null {
    return this.value === undefined || this.value === null ? null : this;
  }

  /** Whether it is a list. */
  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** The items of a list. */
  items(): Answer[] {
    if (!Array.isArray(this.value)) return this.#bad('a list');
    return this.value.map((item, index) => new Answer(item, `${this.path}[${index}]`));
  }

  /** The item of a list at `index`; one that is missing has no value. */
  item(index: number): Answer {
    if (!Array.isArray(this.value)) return this.#bad('a list');
    return new Answer(this.value[index], `${this.path}[${index}]`);
  }

  /** The fields of an object. */
  fields(): [string, Answer][] {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#bad('an object');
    }
    return Object.keys(value).map((name) => [name, this.at(name)]);
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.#bad('a text');
  }

  bool(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.#bad('true or false');
  }

  /** Plain decimal text, e.g. "-0.05", from text or number. */
  decimal(): string {
    const text = this.#scalar();
    if (text === null || text.length > LONGEST_DECIMAL) return this.#bad('a decimal');
    const [, exponent = '0'] = text.split(/[eE]/);
    const parsed = Math.abs(Number(exponent)) > LARGEST_EXPONENT ? null : parseDecimal(text);
    return parsed === null ? this.#bad('a decimal') : formatDecimal(parsed.digits, parsed.scale);
  }

  /** A whole number that a float holds exactly, from text or number. */
  integer(): number {
    const text = this.#scalar();
    const number = text !== null && /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(number) ? number : this.#bad('a whole number');
  }

  /** An id, whether it was sent as text or as a number of any length. */
  id(): string {
    const text = this.#scalar();
    const sound = text !== null && text !== '' && text.length <= LONGEST_ID;
    return sound ? text : this.#bad('an id');
  }

  /** What a word of the venue means to us. */
  word<T>(meanings: Readonly<Record<string, T>>): T {
    const { value } = this;
    const known = typeof value === 'string' && Object.hasOwn(meanings, value);
    const meaning = known ? meanings[value] : undefined;
    return meaning === undefined
      ? this.#bad(`one of ${Object.keys(meanings).join(', ')}`)
      : meaning;
  }

  /** A moment in the venue's unit, as whole milliseconds since the epoch. */
  time(unit: 's' | 'ms' | 'us'): number {
    const count = this.integer();
    const ms = unit === 's' ? count * 1000 : unit === 'us' ? Math.floor(count / 1000) : count;
    return this.#moment(ms);
  }

  /** A moment as ISO text without a zone ("2026-01-31T12:00:00.123"), which is UTC. */
  naiveTime(): number {
    const text = typeof this.value === 'string' ? this.value.replace(' ', 'T') : '';
    const plain = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|\+00:00)?$/.test(text);
    const ms = plain ? Date.parse(`${text.replace(/(Z|\+00:00)$/, '')}Z`) : NaN;
    return Number.isNaN(ms) ? this.#bad('a time in UTC') : this.#moment(ms);
  }

  #moment(ms: number): number {
    // Beyond the year 2200 it is another unit.
    return ms >= 0 && ms < 7_258_118_400_000 ? ms : this.#bad('a time');
  }

  #scalar(): string | null {
    const { value } = this;
    if (typeof value === 'string') return value;
    return typeof value === 'number' ? String(value) : null;
  }

  #bad(wanted: string): never {
    throw answerFault(`${this.path} is ${shown(this.value)} instead of ${wanted}`);
  }
}

/** The fault of an answer that is not what the venue documents. */
export function answerFault(message: string): VenueFault {
  return new VenueFault('unreachable', message, null, 'answer');
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? `"${value}"` : String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
