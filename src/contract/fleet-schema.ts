/** Schemas of what the control API takes; a `description` is the message for a wrong value. */
import Type from 'typebox';

const MAX_IDS = 1000;

const strict = { additionalProperties: false };
const InstanceId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'an instance id of at most 64 characters',
});
const Ids = Type.Array(InstanceId, {
  minItems: 1,
  maxItems: MAX_IDS,
  description: 'a list of instance ids',
});
/** Body of restart, reload, pause and resume. */
export const IdsBody = Type.Object({ ids: Ids }, strict);
/** Body of panic. */
export const PanicBody = Type.Object(
  {
    ids: Type.Union([Ids, Type.Null()], {
      description: 'a list of instance ids, or null for all that hold anything',
    }),
  },
  strict,
);
/** The id in a path. */
export const IdParams = Type.Object({ id: InstanceId });

/** Body of `POST /api/instances/start`. */
export const StartBody = Type.Object(
  {
    targets: Type.Array(
      Type.Object(
        {
          config_file: Type.String({
            pattern: '^/',
            maxLength: 4096,
            description: 'an absolute path',
          }),
          instance_id: Type.Optional(InstanceId),
        },
        strict,
      ),
      { minItems: 1, maxItems: MAX_IDS, description: 'a list of config files' },
    ),
    fresh: Type.Optional(Type.Boolean({ description: 'true or false' })),
    live: Type.Optional(
      Type.Object(
        {
          confirmed: Type.Boolean({ description: 'true or false' }),
          position: Type.Union([Type.Literal('adopt'), Type.Literal('ignore'), Type.Null()], {
            description: '"adopt", "ignore" or null',
          }),
        },
        { ...strict, description: 'what is said to a first live start' },
      ),
    ),
    allow_running: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  strict,
);

/** Body of the same on the console: configs that are there, by id. */
export const StartByIdsBody = Type.Object(
  {
    ids: Ids,
    fresh: Type.Optional(Type.Boolean({ description: 'true or false' })),
    allow_running: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  strict,
);

const Digits = (description: string) =>
  Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,14}$', description }));
/** Query of `GET /api/audit`. */
export const AuditQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({ pattern: '^([1-9]\\d{0,2}|1000)$', description: 'a whole number, 1 to 1000' }),
    ),
    before: Digits('the id of a line'),
    instance: Type.Optional(InstanceId),
  },
  strict,
);
/** Query of `GET /api/exits`. */
export const ExitsQuery = Type.Object(
  {
    limit: Type.Optional(
      Type.String({ pattern: '^([1-9]\\d{0,2}|1000)$', description: 'a whole number, 1 to 1000' }),
    ),
  },
  strict,
);

/** Body of `POST /api/instances/stop`. */
export const StopBody = Type.Object(
  {
    ids: Ids,
    on_stop: Type.Object(
      {
        orders: Type.Optional(
          Type.Union([Type.Literal('cancel'), Type.Literal('keep')], {
            description: '"cancel" or "keep"',
          }),
        ),
        position: Type.Optional(
          Type.Union([Type.Literal('keep'), Type.Literal('close')], {
            description: '"keep" or "close"',
          }),
        ),
      },
      { ...strict, description: 'what the stop does' },
    ),
    timeout_s: Type.Optional(
      Type.Number({ minimum: 0, maximum: 600, description: 'seconds, 0 to 600' }),
    ),
    all_descendants: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  strict,
);

/** Body of `POST /api/cleanup`. */
export const CleanupBody = Type.Object(
  { dry_run: Type.Boolean({ description: 'true or false' }) },
  strict,
);
/** Body of `POST /api/shutdown`. */
export const ShutdownBody = Type.Object(
  {
    bots: Type.Union([Type.Literal('keep'), Type.Literal('stop')], {
      description: '"keep" or "stop"',
    }),
  },
  strict,
);
/** Headers of an adjust. */
export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'a key of at most 200 characters' }),
  ),
});
