/**
 * How our client ids are written on exchanges whose form is narrower than most: reversible, so that
 * an order is recognised whatever listing names it. Our own ids are [a-z0-9-].
 */
import type { VenueCapabilities } from '../port.ts';

/** The form a venue declares, and how an id is written there and read back. */
export interface IdForm {
  readonly client_id: VenueCapabilities['client_id'];
  readonly write: (id: string) => string;
  readonly read: (id: string) => string;
}

const same = (id: string): string => id;
const TEXT: IdForm = { client_id: { form: 'text', max_length: 32 }, write: same, read: same };
const NUMBER: IdForm = { client_id: { form: 'uint32', max_length: 10 }, write: same, read: same };

/** Letters and digits only: `x` stands for the dash, which a tag in hexadecimal never holds. */
const LETTERS: IdForm = {
  client_id: { form: 'text', max_length: 32 },
  write: (id) => id.replaceAll('-', 'x'),
  read: (id) => id.replaceAll('x', '-'),
};

/** Must begin with "t-". */
const PREFIXED: IdForm = {
  client_id: { form: 'text', max_length: 26 },
  write: (id) => `t-${id}`,
  read: (id) => (id.startsWith('t-') ? id.slice(2) : id),
};

const FORMS: Readonly<Record<string, IdForm>> = {
  backpack: NUMBER,
  okx: LETTERS,
  okxus: LETTERS,
  myokx: LETTERS,
  gate: PREFIXED,
  gateeu: PREFIXED,
};

/** The form of an exchange; text with dashes where nothing else is known. */
export function idForm(exchange: string): IdForm {
  return FORMS[exchange] ?? TEXT;
}
