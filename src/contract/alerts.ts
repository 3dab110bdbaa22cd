/**
 * Alerts: what they tell, and the file `config/alerts.json` that says where they go. Texts of the
 * file may name variables of `.env` as `${NAME}`; a bot token must.
 */
import Type from 'typebox';

/** What can be wrong with an instance, most urgent first. */
export const ALERT_KINDS = [
  'failed',
  'tripped',
  'liquidation',
  'position',
  'degraded',
  'stopped',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** One alert, as a webhook and a command receive it. Money, prices and sizes are decimal text. */
export interface AlertEvent {
  /** The same at every try: a receiver that sees it twice has got it before. */
  readonly id: string;
  readonly event: AlertKind | 'test';
  /** What an earlier alert told is over. */
  readonly recovered: boolean;
  /** Null: of no instance. */
  readonly instance: string | null;
  readonly at: string;
  readonly text: string;
  readonly home: string;
  /** Where its figures are known. */
  readonly venue?: string;
  readonly mode?: string;
  readonly symbol?: string;
  readonly price?: string;
  readonly position?: string;
  readonly total_pnl?: string;
}

/** Where alerts go. */
export const ALERT_RECEIVERS = ['webhook', 'telegram', 'alert_command'] as const;
export type AlertReceiver = (typeof ALERT_RECEIVERS)[number];

/** What came of one try, in a sentence without secrets. */
export interface AlertTestResult {
  readonly receiver: AlertReceiver;
  readonly ok: boolean;
  readonly what: string;
}

const strict = { additionalProperties: false };

/** The file `config/alerts.json`. */
export const AlertConfigSchema = Type.Object(
  {
    webhook: Type.Optional(
      Type.Object(
        {
          url: Type.String({
            pattern: '^(https?://|\\$\\{)',
            maxLength: 2048,
            description: 'an http or https address, or ${NAME}',
          }),
          authorization: Type.Optional(
            Type.String({
              pattern: '\\$\\{[A-Za-z_]',
              description: 'an Authorization header with a ${NAME} in it',
            }),
          ),
        },
        { ...strict, description: 'an object with url' },
      ),
    ),
    telegram: Type.Optional(
      Type.Object(
        {
          bot_token: Type.String({
            pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$',
            description: '${NAME} of a variable in .env',
          }),
          chat_id: Type.Union([Type.Integer(), Type.String({ minLength: 1, maxLength: 128 })], {
            description: 'the id of a chat',
          }),
          api_url: Type.String({
            pattern: '^https?://',
            default: 'https://api.telegram.org',
            description: 'an http or https address',
          }),
          allow_custom_host: Type.Boolean({ default: false, description: 'true or false' }),
        },
        { ...strict, description: 'an object with bot_token and chat_id' },
      ),
    ),
    alert_command: Type.Optional(
      Type.Array(Type.String({ pattern: '^[^\\u0000]*$' }), {
        minItems: 1,
        maxItems: 64,
        description: 'a program and its arguments, each a text of its own',
      }),
    ),
    degraded_after_s: Type.Number({
      minimum: 0,
      maximum: 86_400,
      default: 60,
      description: 'seconds, 0 to 86400',
    }),
    quiet_s: Type.Number({
      minimum: 0,
      maximum: 86_400,
      default: 900,
      description: 'seconds, 0 to 86400',
    }),
    most_per_hour: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 30,
      description: 'a whole number, 1 to 1000',
    }),
  },
  strict,
);
/** The file, variables put in. */
export type AlertConfig = Type.Static<typeof AlertConfigSchema>;
