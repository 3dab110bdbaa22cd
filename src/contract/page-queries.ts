/** Schemas of what the page of an instance asks of its record; a `description` is the message. */
import Type from 'typebox';
import { Limit } from './instance-schema.ts';
import { CANDLE_INTERVALS, CURVE_SPANS, LOG_LEVELS } from './page-api.ts';

const strict = { additionalProperties: false };
/** Whole seconds since 1970; twelve digits reach beyond every clock. */
const Moment = Type.Optional(
  Type.String({ pattern: '^[0-9]{1,12}$', description: 'whole seconds since 1970' }),
);
/** As an earlier answer gave it. */
const Before = Type.Optional(
  Type.String({ pattern: '^[0-9]{1,15}$', description: 'the `next` of an earlier answer' }),
);

function oneOf(words: readonly string[]) {
  const description = words.map((word) => `"${word}"`).join(' or ');
  return Type.Optional(Type.Union(words.map((word) => Type.Literal(word)), { description }));
}

/** Query of `GET /api/candles`. */
export const CandlesQuery = Type.Object(
  { interval: oneOf(CANDLE_INTERVALS), from: Moment, to: Moment },
  strict,
);

/** Query of `GET /api/equity`. */
export const EquityQuery = Type.Object({ span: oneOf(CURVE_SPANS) }, strict);

/** Query of `GET /api/heat`. */
export const HeatQuery = Type.Object({ from: Moment }, strict);

/** Query of `GET /api/fills/page`. */
export const PageQuery = Type.Object({ limit: Limit, before: Before }, strict);

/** Query of `GET /api/happenings`; `before`: the id of one. */
export const HappeningsQuery = PageQuery;

const STATUSES = ['sent', 'open', 'cancelling', 'filled', 'cancelled', 'rejected'];
/** Query of `GET /api/orders/page`. */
export const OrderPageQuery = Type.Object(
  { limit: Limit, before: Before, status: oneOf(STATUSES) },
  strict,
);

const Cursor = Type.Optional(
  Type.String({ maxLength: 65_536, description: 'a cursor of an earlier page' }),
);
/** Query of `GET /api/log`. */
export const LogQuery = Type.Object(
  {
    ids: Type.Optional(Type.String({ maxLength: 8192, description: 'ids with commas between' })),
    after: Cursor,
    before: Cursor,
    limit: Limit,
    level: oneOf(LOG_LEVELS),
    q: Type.Optional(Type.String({ maxLength: 200, description: 'at most 200 characters' })),
    stream: oneOf(['daemon', 'stdout', 'stderr']),
  },
  strict,
);
