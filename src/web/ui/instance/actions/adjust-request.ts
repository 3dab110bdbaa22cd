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

/** What the fields ask for; what stands as it is is not sent. Null: nothing differs. */
export function requestOf(fields: AdjustFields, status: Present): AdjustRequest | null {
  const read = (text: string) => text.trim().replace(',', '.');
  const lower = read(fields.lower);
  const upper = read(fields.upper);
  const grids = read(fields.grids);
  const size = sizeOf(fields, read);
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

function sizeOf(fields: AdjustFields, read: (text: string) => string): AdjustRequest {
  switch (fields.sizeBy) {
    case 'keep':
      return {};
    case 'quantity':
      return { order_quantity: read(fields.quantity) };
    case 'investment':
      return { investment: read(fields.investment) };
  }
}
