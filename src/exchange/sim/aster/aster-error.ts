/**
 * The refusals of the simulated Aster: code, text and HTTP status as its documents list them. What
 * a route cannot answer it throws as an `AsterError`; the face answers with its body.
 */

/** Code, text and HTTP status of each refusal; `%s` is filled in. */
const REFUSALS = {
  UNKNOWN: [-1000, 'An unknown error occurred while processing the request.', 400],
  DISCONNECTED: [-1001, 'Internal error; unable to process your request. Please try again.', 500],
  UNAUTHORIZED: [-1002, 'You are not authorized to execute this request.', 401],
  TOO_MANY_REQUESTS: [
    -1003,
    'Too many requests; current limit is %s requests per minute. Please use the websocket for ' +
      'live updates to avoid polling the API.',
    429,
  ],
  BANNED: [
    -1003,
    'Way too many requests; IP banned until %s. Please use the websocket for live updates to ' +
      'avoid bans.',
    418,
  ],
  UNEXPECTED_RESPONSE: [
    -1006,
    'An unexpected response was received from the message bus. Execution status unknown.',
    503,
  ],
  TIMEOUT: [
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status ' +
      'unknown.',
    503,
  ],
  TOO_MANY_ORDERS: [-1015, 'Too many new orders; current limit is %s orders per MINUTE.', 429],
  MAINTENANCE: [-1016, 'This service is no longer available.', 503],
  UNSUPPORTED_OPERATION: [-1020, 'This operation is not supported.', 400],
  TIMESTAMP_AHEAD: [
    -1021,
    "Timestamp for this request was 1000ms ahead of the server's time.",
    400,
  ],
  TIMESTAMP_OLD: [-1021, 'Timestamp for this request is outside of the recvWindow.', 400],
  INVALID_SIGNATURE: [-1022, 'Signature for this request is not valid.', 400],
  START_AFTER_END: [-1023, 'Start time is greater than end time.', 400],
  ILLEGAL_PARAMETER: [
    -1100,
    "Illegal characters found in parameter '%s'; legal range is '%s'.",
    400,
  ],
  DUPLICATE_PARAMETER: [-1101, 'Duplicate values for a parameter detected.', 400],
  MISSING_PARAMETER: [
    -1102,
    "Mandatory parameter '%s' was not sent, was empty/null, or malformed.",
    400,
  ],
  MISSING_EITHER: [-1102, "Param '%s' or '%s' must be sent, but both were empty/null!", 400],
  PARAMETER_NOT_REQUIRED: [-1106, "Parameter '%s' sent when not required.", 400],
  BAD_PRECISION: [-1111, 'Precision is over the maximum defined for this asset.', 400],
  INVALID_TIF: [-1115, 'Invalid timeInForce.', 400],
  INVALID_ORDER_TYPE: [-1116, 'Invalid orderType.', 400],
  INVALID_SIDE: [-1117, 'Invalid side.', 400],
  BAD_INTERVAL: [-1120, 'Invalid interval.', 400],
  BAD_SYMBOL: [-1121, 'Invalid symbol.', 400],
  INVALID_LISTEN_KEY: [-1125, 'This listenKey does not exist.', 400],
  BAD_COMBINATION: [-1128, 'Combination of optional parameters invalid.', 400],
  INVALID_PARAMETER: [-1130, "Data sent for parameter '%s' is not valid.", 400],
  NEW_ORDER_REJECTED: [-2010, 'NEW_ORDER_REJECTED', 400],
  CANCEL_REJECTED: [-2011, 'Unknown order sent.', 400],
  NO_SUCH_ORDER: [-2013, 'Order does not exist.', 400],
  BAD_API_KEY_FORMAT: [-2014, 'API-key format invalid.', 401],
  REJECTED_KEY: [-2015, 'Invalid API-key, IP, or permissions for action.', 401],
  MARGIN_NOT_SUFFICIENT: [-2019, 'Margin is insufficient.', 400],
  UNABLE_TO_FILL: [-2020, 'Unable to fill.', 400],
  WOULD_TRIGGER: [-2021, 'Order would immediately trigger.', 400],
  REDUCE_ONLY_REJECT: [-2022, 'ReduceOnly Order is rejected.', 400],
  IN_LIQUIDATION: [-2023, 'User in liquidation mode now.', 400],
  MAX_OPEN_ORDERS: [-2025, 'Reach max open order limit.', 400],
  MAX_POSITION: [-2027, 'Exceeded the maximum allowable position at current leverage.', 400],
  PRICE_NOT_POSITIVE: [-4001, 'Price less than 0.', 400],
  PRICE_ABOVE_MAX: [-4002, 'Price greater than max price.', 400],
  QUANTITY_NOT_POSITIVE: [-4003, 'Quantity less than zero.', 400],
  QUANTITY_BELOW_MIN: [-4004, 'Quantity less than min quantity.', 400],
  QUANTITY_ABOVE_MAX: [-4005, 'Quantity greater than max quantity.', 400],
  STOP_PRICE_NOT_POSITIVE: [-4006, 'Stop price less than zero.', 400],
  PRICE_NOT_ON_TICK: [-4014, 'Price not increased by tick size.', 400],
  BAD_CLIENT_ID: [-4015, 'Client order id is not valid.', 400],
  PRICE_TOO_HIGH: [-4016, 'Price is higher than mark price multiplier cap.', 400],
  BAD_DEPTH_LIMIT: [-4021, "'%s' is not valid depth limit.", 400],
  QUANTITY_NOT_ON_STEP: [-4023, 'Qty not increased by step size.', 400],
  PRICE_TOO_LOW: [-4024, 'Price is lower than mark price multiplier floor.', 400],
  INVALID_LEVERAGE: [-4028, 'Leverage %s is not valid', 400],
  TOO_MANY_CANCELS: [-4032, 'Exceed maximum cancel order size.', 400],
  MAX_STOP_ORDERS: [-4045, 'Reach max stop order limit.', 400],
  SAME_MARGIN_TYPE: [-4046, 'No need to change margin type.', 400],
  SAME_POSITION_SIDE: [-4059, 'No need to change position side.', 400],
  POSITION_SIDE_MISMATCH: [-4061, "Order's position side does not match user's setting.", 400],
  POSITION_SIDE_HAS_ORDERS: [
    -4067,
    'Position side cannot be changed if there exists open orders.',
    400,
  ],
  POSITION_SIDE_HAS_POSITION: [
    -4068,
    'Position side cannot be changed if there exists position.',
    400,
  ],
  BAD_BATCH_SIZE: [-4082, 'Invalid number of batch place orders: %s', 400],
  DUPLICATE_CLIENT_ID: [-4116, 'ClientOrderId is duplicated.', 400],
  SYMBOL_CLOSED: [-4141, 'Symbol is closed', 400],
  MIN_NOTIONAL: [
    -4164,
    "Order's notional must be no smaller than %s (unless you choose reduce only)",
    400,
  ],
  TOO_LONG_INTERVAL: [-4165, 'Maximum time interval is %s days', 400],
  NONCE_EXPIRED: [-4225, 'Nonce Expired', 400],
  NONCE_USED: [-4225, 'Nonce Duplicated', 400],
  WOULD_CROSS: [
    -5022,
    'Due to the order could not be executed as maker, the Post Only order will be rejected.',
    400,
  ],
} as const satisfies Readonly<Record<string, readonly [number, string, number]>>;

export type RefusalName = keyof typeof REFUSALS;

/** A refusal as the venue words it; `headers` go with it. */
export class AsterError extends Error {
  override readonly name = 'AsterError';
  readonly code: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    message: string,
    status: number,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }

  /** The documented body. */
  get body(): { readonly code: number; readonly msg: string } {
    return { code: this.code, msg: this.message };
  }
}

/** The refusal of this name, its blanks filled in order. */
export function refusal(name: RefusalName, ...blanks: readonly (string | number)[]): AsterError {
  const [code, text, status] = REFUSALS[name];
  let next = 0;
  return new AsterError(code, text.replace(/%s/g, () => String(blanks[next++] ?? '')), status);
}
