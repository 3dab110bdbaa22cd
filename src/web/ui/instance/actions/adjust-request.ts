/** The adjust form: what its fields hold, and the request that they make. Pure. */
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { fieldsOf, requestOf } from '../range/grid-fields.ts';
import type { GridFields, GridInForce } from '../range/grid-fields.ts';

/** Texts as typed. */
export interface AdjustFields extends GridFields {
  /** How the size is said: as it is, per grid, or by the investment of the whole grid. */
  readonly sizeBy: SizeBy;
  readonly investment: string;
}

export const SIZES = ['keep', 'quantity', 'investment'] as const;
export type SizeBy = (typeof SIZES)[number];

type Present = GridInForce & Pick<StatusView, 'investment'>;

/** The grid in force. */
export function adjustFieldsOf(status: Present, sizeBy: SizeBy): AdjustFields {
  return { ...fieldsOf(status), sizeBy, investment: status.investment ?? '' };
}

/** What the fields ask for; a size that is said is asked for even where it is the present one. */
export function adjustRequestOf(fields: AdjustFields, status: Present): AdjustRequest | null {
  return requestOf(fields, status, sizeOf(fields));
}

function sizeOf({ sizeBy, quantity, investment }: AdjustFields): AdjustRequest {
  switch (sizeBy) {
    case 'keep':
      return {};
    case 'quantity':
      return { order_quantity: quantity.trim() };
    case 'investment':
      return { investment: investment.trim() };
  }
}
