/** Schemas of what a bot's HTTP API takes; a `description` is the message for a wrong value. */
import Type from 'typebox';

/** Most rows one request may ask for. */
const MAX_ROWS = 1000;
/** Text longer or numbers larger than any market's would only cost time further in. */
const MAX_VALUE = 1e15;
const POSITIVE_DECIMAL = '^(?=[0-9.]*[1-9])[0-9]{1,15}(\\.[0-9]{1,18})?$';
const strict = { additionalProperties: false };

function positive(description: string) {
  return Type.Union(
    [
      Type.Number({ exclusiveMinimum: 0, maximum: MAX_VALUE }),
      Type.String({ pattern: POSITIVE_DECIMAL }),
    ],
    { description },
  );
}

/** Body of `POST /api/grid/adjust`. */
export const AdjustBody = Type.Object(
  {
    grid_upper_price: Type.Optional(positive('a price above 0, as number or decimal text')),
    grid_lower_price: Type.Optional(positive('a price above 0, as number or decimal text')),
    grid_num: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'a whole number from 1 to 1000' }),
    ),
    order_quantity: Type.Optional(positive('a size above 0, as number or decimal text')),
    investment: Type.Optional(positive('an amount above 0, as number or decimal text')),
    position: Type.Optional(
      Type.Union([Type.Literal('carry'), Type.Literal('rebalance')], {
        description: '"carry" or "rebalance"',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  { ...strict, minProperties: 1, description: 'a JSON object with what is to change' },
);

/** Body of accept-position. */
export const AcceptPositionBody = Type.Object(
  { dry_run: Type.Optional(Type.Boolean({ description: 'true or false' })) },
  { ...strict, description: 'empty, or a JSON object' },
);

/** Body of pause, resume and close-carry. */
export const NoFields = Type.Object(
  {},
  { ...strict, description: 'empty, or an empty JSON object' },
);

/** How many rows. */
export const Limit = Type.Optional(
  Type.String({
    pattern: '^0*([1-9][0-9]{0,2}|1000)$',
    description: `a whole number from 1 to ${MAX_ROWS}`,
  }),
);
/** Query of `GET /api/fills`. */
export const FillsQuery = Type.Object({ limit: Limit }, strict);

/** Query of `GET /api/receipts`. */
export const ReceiptsQuery = Type.Object(
  {
    limit: Limit,
    by: Type.Optional(
      Type.Union([Type.Literal('stop'), Type.Literal('day')], { description: '"stop" or "day"' }),
    ),
  },
  strict,
);
