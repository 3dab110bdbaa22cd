/** The fields of the range, and the adjust that they ask for: only what differs from the grid. */
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { isSame } from '../../format/amount.ts';

/** What the fields hold, as typed. */
export interface RangeFields {
  readonly lower: string;
  readonly upper: string;
  readonly grids: string;
  readonly quantity: string;
  readonly position: 'carry' | 'rebalance';
}

/** The fields as the grid in force fills them. */
export function fieldsOf(status: StatusView): RangeFields {
  return {
    lower: status.lower,
    upper: status.upper,
    grids: String(status.grids),
    quantity: status.quantity_per_grid,
    position: 'carry',
  };
}

/** Only what differs from the grid in force; null: nothing does. */
export function requestOf(fields: RangeFields, status: StatusView): AdjustRequest | null {
  const request: AdjustRequest = {
    ...(isSame(fields.lower, status.lower) ? {} : { grid_lower_price: fields.lower.trim() }),
    ...(isSame(fields.upper, status.upper) ? {} : { grid_upper_price: fields.upper.trim() }),
    ...(isSame(fields.grids, String(status.grids)) ? {} : { grid_num: Number(fields.grids) }),
    ...(isSame(fields.quantity, status.quantity_per_grid)
      ? {}
      : { order_quantity: fields.quantity.trim() }),
  };
  if (Object.keys(request).length === 0) return null;
  return fields.position === 'carry' ? request : { ...request, position: fields.position };
}
