/** The grid as the page's fields hold it, and the adjust that they ask for. Pure. */
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { isSame } from '../../format/amount.ts';

/** What the fields are compared with. */
export type GridInForce = Pick<StatusView, 'lower' | 'upper' | 'grids' | 'quantity_per_grid'>;

/** What the fields hold, as typed. */
export interface GridFields {
  readonly lower: string;
  readonly upper: string;
  readonly grids: string;
  readonly quantity: string;
  readonly position: 'carry' | 'rebalance';
}

/** The fields as the grid in force fills them. */
export function fieldsOf(grid: GridInForce): GridFields {
  return {
    lower: grid.lower,
    upper: grid.upper,
    grids: String(grid.grids),
    quantity: grid.quantity_per_grid,
    position: 'carry',
  };
}

/**
 * Only what differs from the grid in force; null: nothing does. `size`: what is asked of the size,
 * where that is not said by its field alone. A comma stays, for it to be refused: "65,000" may be
 * meant for either.
 */
export function requestOf(
  fields: GridFields,
  grid: GridInForce,
  size: AdjustRequest = sizeOf(fields, grid),
): AdjustRequest | null {
  const request: AdjustRequest = {
    ...(isSame(fields.lower, grid.lower) ? {} : { grid_lower_price: fields.lower.trim() }),
    ...(isSame(fields.upper, grid.upper) ? {} : { grid_upper_price: fields.upper.trim() }),
    ...(isSame(fields.grids, String(grid.grids)) ? {} : { grid_num: Number(fields.grids) }),
    ...size,
  };
  if (Object.keys(request).length === 0) return null;
  return fields.position === 'carry' ? request : { ...request, position: fields.position };
}

function sizeOf({ quantity }: GridFields, grid: GridInForce): AdjustRequest {
  return isSame(quantity, grid.quantity_per_grid) ? {} : { order_quantity: quantity.trim() };
}
