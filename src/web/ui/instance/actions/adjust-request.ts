/** The adjust form: what its fields hold, and the request that they make. Pure. */
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { isSame } from '../../format/amount.ts';

/** Texts as typed. */
export interface AdjustFields {
  readonly lower: string;
  readonly upper: string;
  readonly grids: string;
  /** How the size is said: as it is, per grid, or by the investment of the whole grid. */
  readonly sizeBy: SizeBy;
  readonly quantity: string;
  readonly investment: string;
  readonly position: 'carry' | 'rebalance';
}

export const SIZES = ['keep', 'quantity', 'investment'] as const;
export type SizeBy = (typeof SIZES)[number];

type Present = Pick<
  StatusView,
  'lower' | 'upper' | 'grids' | 'quantity_per_grid' | 'investment' | 'direction'
>;

/** The grid in force. */
export function fieldsOf(status: Present, sizeBy: SizeBy): AdjustFields {
  return {
    lower: status.lower,
    upper: status.upper,
    grids: String(status.grids),
    sizeBy,
    quantity: status.quantity_per_grid,
    investment: status.investment ?? '',
    position: 'carry',
  };
}

/**
 * A number as it was typed, as decimal text: with a comma or a point. "85,000" may be either of two
 * numbers and stays as it is, so that it is refused and not taken for the wrong one.
 */
export function decimalOf(typed: string): string {
  const text = typed.trim();
  return /^[1-9]\d{0,2},\d{3}$/.test(text) ? text : text.replace(',', '.');
}

/** What the fields ask for; what stands as it is is not sent. Null: nothing differs. */
export function requestOf(fields: AdjustFields, status: Present): AdjustRequest | null {
  const lower = decimalOf(fields.lower);
  const upper = decimalOf(fields.upper);
  const grids = decimalOf(fields.grids);
  const size = sizeOf(fields);
  const moves = !isSame(lower, status.lower) || !isSame(upper, status.upper);
  const request: AdjustRequest = {
    ...(moves ? { grid_lower_price: lower, grid_upper_price: upper } : {}),
    ...(grids === String(status.grids) ? {} : { grid_num: Number(grids) }),
    ...size,
  };
  if (Object.keys(request).length === 0) return null;
  const trades = fields.position === 'rebalance' && status.direction !== 'neutral';
  return trades ? { ...request, position: 'rebalance' } : request;
}

function sizeOf(fields: AdjustFields): AdjustRequest {
  switch (fields.sizeBy) {
    case 'keep':
      return {};
    case 'quantity':
      return { order_quantity: decimalOf(fields.quantity) };
    case 'investment':
      return { investment: decimalOf(fields.investment) };
  }
}
