/**
 * Client ids: the instance's tag and our sequence number, in the form the venue takes: text such as
 * "g1a2b3c4d-17" (at most 36 of [a-z0-9-]) or a uint32 in decimal. The tag says whose order it is;
 * the store maps the number to gap, side and generation.
 */
import { createHash } from 'node:crypto';
import { assert } from '../contract/assert.ts';
import type { VenueCapabilities } from '../exchange/port.ts';

/** How the orders of one instance are named on its venue. */
export interface ClientIds {
  /** Client id of our order number `id` (from 1 on). */
  of(id: number): string;
  /** Whether an order on the venue bears our mark. */
  isOurs(venueClientId: string): boolean;
  /** Number in its sequence of an order that bears our mark; null: it bears none. */
  sequenceOf(venueClientId: string): number | null;
  /** After so many orders a client id comes again; null: never. */
  readonly span: number | null;
}

/** Tag of an instance in one home: eight hexadecimal digits, the same at every start. */
export function clientTag(home: string, instanceId: string): string {
  return createHash('sha256').update(`${home}\0${instanceId}`).digest('hex').slice(0, 8);
}

/** The client ids of an instance on a venue that takes this form. */
export function clientIds(form: VenueCapabilities['client_id']['form'], tag: string): ClientIds {
  return form === 'text' ? textIds(tag) : numberIds(tag);
}

function textIds(tag: string): ClientIds {
  const mark = `g${tag}-`;
  return {
    span: null,
    of: (id) => mark + id,
    isOurs: (name) => name.startsWith(mark),
    sequenceOf: (name) => {
      const number = name.startsWith(mark) ? name.slice(mark.length) : '';
      return /^[1-9]\d{0,14}$/.test(number) ? Number(number) : null;
    },
  };
}

/** Four million orders before the first number comes again, among a thousand tags. */
const SEQUENCE_BITS = 22;
const TAG_BITS = 32 - SEQUENCE_BITS;
/** Zero means "no client id" on some venues: the sequence leaves it out. */
const SPAN = 2 ** SEQUENCE_BITS - 1;

function numberIds(tag: string): ClientIds {
  const hash = Number.parseInt(tag, 16);
  assert(Number.isSafeInteger(hash), `the tag "${tag}" is hexadecimal`);
  const mark = hash % 2 ** TAG_BITS;
  // Of many instances on one key two may bear one mark: they hardly use the same numbers as well.
  const first = Math.floor(hash / 2 ** TAG_BITS) % SPAN;
  const isOurs = (name: string): boolean => {
    const number = /^[1-9]\d*$/.test(name) ? Number(name) : -1;
    return number < 2 ** 32 && Math.floor(number / 2 ** SEQUENCE_BITS) === mark;
  };
  return {
    span: SPAN,
    of: (id) => String(mark * 2 ** SEQUENCE_BITS + ((first + id - 1) % SPAN) + 1),
    isOurs,
    sequenceOf: (name) => {
      const number = isOurs(name) ? Number(name) % 2 ** SEQUENCE_BITS : 0;
      return number === 0 ? null : ((number - 1 - first + SPAN) % SPAN) + 1;
    },
  };
}
