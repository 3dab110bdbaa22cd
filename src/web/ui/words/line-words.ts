/** Why a line has no order, in words a trader reads once. Codes are the engine's and the port's. */

const WORDS: Readonly<Record<string, string>> = {
  // The grid as a whole.
  new: 'the grid has not begun',
  waiting: 'waits for the trigger price',
  paused: 'paused',
  tripped: 'tripped: waits for a resume',
  stopping: 'the grid is stopping',
  stopped: 'the grid is stopped',
  finished: 'the run is over',
  position_differs: "waits: the venue's position differs",
  // This line, now.
  pending: 'on its way',
  line_taken: 'another order still rests here',
  start_order: 'waits for the order at market',
  entry_waits: 'waits for the price to pass it',
  post_only_would_cross: 'waits: it would trade at once',
  cancelled: 'the venue cancelled it; waits for another price',
  price_collar: 'too far from the mark price (price collar)',
  max_order_notional: 'larger than one order may be (max_order_notional)',
  max_open_orders: 'over the limit of resting orders (max_open_orders)',
  // Fences and venues say these alike.
  max_position: 'the position would grow beyond its limit',
  max_orders: 'the venue takes no more orders',
  // What the venue refused.
  insufficient_margin: 'refused: not enough margin',
  below_min_quantity: 'refused: smaller than the venue trades',
  below_min_notional: 'refused: worth less than the venue trades',
  price_not_on_tick: "refused: not on the venue's price step",
  price_out_of_bounds: 'refused: the venue takes no such price now',
  size_not_on_lot: "refused: not on the venue's size step",
  reduce_only_would_increase: 'refused: it would not reduce the position',
  rate_limited: 'put off: too many requests',
  maintenance: 'put off: the venue is in maintenance',
  wrong_time: 'put off: the venue finds the time of the request wrong',
  disconnected: 'put off: the venue is not reachable',
  duplicate_client_id: 'refused: its number was used before',
  bad_client_id: 'refused: its number is not one of the venue',
  post_only_without_price: 'refused: an order at market cannot rest',
  permission: 'refused: the key may not trade',
  symbol_closed: 'refused: the market is closed',
  other: 'refused by the venue; see the log',
};

/** The words for a code; one that a newer bot invented comes as it is. */
export function lineWords(reason: string): string {
  return WORDS[reason] ?? reason.replaceAll('_', ' ');
}
