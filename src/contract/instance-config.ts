/**
 * The config of one instance: one schema that gives type, validation, defaults and documentation.
 * Money-like values are numbers or decimal text; text keeps digits a float would lose.
 */
import Type from 'typebox';
import { POSITIVE_TEXT } from './decimal.ts';

const INSTANCE_ID_PATTERN = '^[a-z0-9][a-z0-9_-]{0,63}$';
/** Ids that name folders of gridd itself. */
const RESERVED_IDS: readonly string[] = ['gridd', 'supervisor'];
const INSTANCE_ID = new RegExp(INSTANCE_ID_PATTERN);

/** Whether `id` may name an instance (it becomes a path). */
export function isInstanceId(id: string): boolean {
  return INSTANCE_ID.test(id) && !RESERVED_IDS.includes(id);
}

const strict = { additionalProperties: false };
/** Decimal text of any sign. */
const DECIMAL = '^-?\\d{1,30}(\\.\\d{1,18})?$';
/** No control characters: texts are printed on terminals and become arguments and lines of logs. */
const PRINTABLE = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';
/** The kernel ends an argument or variable at a NUL. */
const NO_NUL = '^[^\\u0000]*$';
/** A host as a browser names it, with a port or without. */
const HOST_NAME = '^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:\\d{1,5})?$';
const HOST_FORM = 'the name of a host, with a port or without: "name" or "name:port"';
/** Timers of Node take at most 2^31 ms; a longer one would fire at once, for ever. */
const LONGEST_TIMER_S = 2_000_000;

function decimal(description: string, more: { positive?: boolean; default?: string } = {}) {
  const signed = more.positive === false;
  const number = signed ? Type.Number() : Type.Number({ exclusiveMinimum: 0 });
  const text = Type.String({ pattern: signed ? DECIMAL : POSITIVE_TEXT });
  const options = more.default === undefined ? {} : { default: more.default };
  return Type.Union([number, text], { description, ...options });
}

function text(description: string, more: Record<string, unknown> = {}) {
  return Type.String({ description, pattern: PRINTABLE, ...more });
}

const Metadata = Type.Object(
  {
    name: Type.Optional(text('Name shown on pages.')),
    instance_id: Type.Optional(
      text('Id of the instance; the file name without .json when absent.', { minLength: 1 }),
    ),
    exchange: text(
      'Exchange the instance is meant for: backpack, aster, paper, ... Offline paper takes the ' +
        'market rules and fees recorded of it.',
      { default: 'paper' },
    ),
    symbol: text('Symbol as the exchange writes it.', { minLength: 1, maxLength: 64 }),
    market_type: Type.Literal('perp', { description: 'Kind of market.', default: 'perp' }),
    strategy: Type.Literal('perp_grid', { description: 'Strategy.', default: 'perp_grid' }),
    version: Type.Optional(
      Type.Union([Type.String({ pattern: PRINTABLE }), Type.Number()], {
        description: 'Free version note.',
      }),
    ),
    description: Type.Optional(text('Free text.')),
  },
  strict,
);

const DaemonConfig = Type.Object(
  {
    log_dir: Type.Optional(text('Log folder inside the home; default logs/<id>.')),
    db_path: Type.Optional(text('Database inside the home; default database/<id>.db.')),
    web_port: Type.Optional(
      Type.Integer({
        minimum: 1024,
        maximum: 65535,
        description: 'Port of the page; default: the first free one from 5001, then kept.',
      }),
    ),
    strict_port: Type.Boolean({
      default: false,
      description: 'Refuse to start when web_port is taken, instead of using the next free one.',
    }),
    web_host: text(
      'Address the page binds; one beyond this machine needs the token of `gridd token`.',
      { default: '127.0.0.1' },
    ),
    web_allowed_hosts: Type.Array(Type.String({ pattern: HOST_NAME, title: HOST_FORM }), {
      default: [],
      maxItems: 20,
      description:
        'Further names the page answers to, such as that of a proxy: "name" or "name:port". ' +
        'Needs the token of `gridd token`.',
    }),
    max_restart_attempts: Type.Integer({
      minimum: 0,
      default: 3,
      description: 'Restarts within the window before the instance is failed.',
    }),
    restart_delay: Type.Number({
      minimum: 0,
      maximum: LONGEST_TIMER_S,
      default: 60,
      description:
        'Delay before a restart, seconds; doubles with each further one. A bot that was up for a ' +
        'minute is restarted at once.',
    }),
    health_check_interval: Type.Number({
      exclusiveMinimum: 0,
      maximum: LONGEST_TIMER_S,
      default: 30,
      description: 'Seconds between health checks.',
    }),
    memory_limit_mb: Type.Number({
      minimum: 1,
      default: 2048,
      description:
        'Restart when the bot and all it started hold more resident memory (three samples), MiB.',
    }),
    cpu_limit_percent: Type.Number({
      minimum: 1,
      default: 80,
      description:
        'Most CPU of the bot and all it started, percent of one core, on average of ' +
        'cpu_limit_window.',
    }),
    cpu_limit_window: Type.Number({
      minimum: 3,
      maximum: 3600,
      default: 60,
      description: 'Seconds over which CPU use is averaged; it is sampled every 3 s.',
    }),
    cpu_limit_action: Type.Union([Type.Literal('warn'), Type.Literal('restart')], {
      default: 'warn',
      description: 'What follows above cpu_limit_percent: a line in the log, or a restart.',
    }),
    on_failed: Type.Optional(
      Type.Union([Type.Literal('cancel'), Type.Literal('keep')], {
        description:
          'What becomes of the resting orders of an instance that failed: "cancel" runs the bot ' +
          'once in safe mode, which cancels them and places nothing. Default: cancel when live, ' +
          'keep on paper.',
      }),
    ),
    auto_restart: Type.Boolean({ default: true, description: 'Restart after a crash.' }),
    log_cleanup_interval: Type.Number({
      minimum: 1,
      maximum: LONGEST_TIMER_S,
      default: 86400,
      description: 'Seconds between log clean-ups.',
    }),
    log_retention_days: Type.Number({
      minimum: 0,
      default: 2,
      description: 'Days of logs kept, besides today.',
    }),
    log_level: Type.Union([Type.Literal('info'), Type.Literal('debug'), Type.Literal('trace')], {
      default: 'info',
      description: 'Least level of what the built-in bot logs; trace: each request to the venue.',
    }),
    log_max_mb: Type.Number({
      minimum: 1,
      default: 200,
      description: 'Most disk the logs of the instance may use, MiB.',
    }),
    stop_timeout: Type.Number({
      minimum: 1,
      maximum: LONGEST_TIMER_S,
      default: 15,
      description:
        'Seconds a stop may take before the process is killed; longer where as many orders at ' +
        "the venue's pace need longer.",
    }),
    dead_man_s: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 3600,
        description:
          "Seconds after which the venue cancels the orders of a bot that says nothing any more, " +
          "where it has such a switch and no order but the bot's own rests on the symbol. Off " +
          'unless given.',
      }),
    ),
    watch: Type.Boolean({
      default: false,
      description: 'Reload when the file changes, as `gridd reload` does.',
    }),
    environment: Type.Record(Type.String(), Type.String({ pattern: NO_NUL }), {
      default: {},
      description: 'Further environment variables of the process, names to texts.',
    }),
    working_dir: text('Working folder of an external program.', { default: '.' }),
    python_path: Type.Optional(text('Interpreter of an external program.')),
    script_path: Type.Optional(text('External program to run instead of the built-in bot.')),
    bot_args: Type.Array(Type.Union([Type.String({ pattern: NO_NUL }), Type.Number()]), {
      default: [],
      description: 'Arguments; for the built-in bot they override strategy_config.',
    }),
  },
  { ...strict, default: {} },
);

const PaperConfig = Type.Object(
  {
    price_source: Type.Union(
      [Type.Literal('synthetic'), Type.Literal('replay'), Type.Literal('live')],
      {
        default: 'synthetic',
        description:
          'Where prices come from; live: from metadata.exchange itself, without a key, with its ' +
          'market rules and fees.',
      },
    ),
    seed: Type.Integer({ default: 1, description: 'Seed of the synthetic path.' }),
    start_price: Type.Optional(
      decimal('Start of the synthetic path; default: the middle of the grid.'),
    ),
    volatility: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.0008,
      description: 'Typical move of the synthetic path per step, as a fraction.',
    }),
    file: Type.Optional(text('CSV of a replay, relative to the home.')),
    speed: Type.Number({
      minimum: 0,
      default: 1,
      description: '1: real time; n: n times as fast; 0: as fast as possible.',
    }),
    maker_fee: Type.Optional(
      decimal('Maker fee as a fraction; default: as recorded of the exchange.', {
        positive: false,
      }),
    ),
    taker_fee: Type.Optional(
      decimal('Taker fee as a fraction; default: as recorded of the exchange.', {
        positive: false,
      }),
    ),
    starting_balance: decimal('Balance at the first start, in quote currency.', {
      default: '10000',
    }),
    fill: Type.Union([Type.Literal('through'), Type.Literal('touch')], {
      default: 'through',
      description: 'A limit order fills when the price goes beyond its line, or touches it.',
    }),
    partial_fill: Type.Union([Type.Literal('none'), Type.Literal('split')], {
      default: 'none',
      description: 'split: a resting order fills in up to three parts, drawn from the seed.',
    }),
    funding_rate: decimal(
      'Funding at each stamp of eight hours as a fraction of notional; above zero longs pay.',
      { positive: false, default: '0' },
    ),
  },
  { ...strict, default: {} },
);

const ExchangeConfig = Type.Object(
  {
    api_key: Type.Optional(text('API key, as ${VARIABLE}.')),
    secret_key: Type.Optional(text('API secret, as ${VARIABLE}.')),
    passphrase: Type.Optional(text('Passphrase of the key, where it has one, as ${VARIABLE}.')),
    account_address: Type.Optional(
      text('Address of the account for which `private_key` signs; no secret.'),
    ),
    private_key: Type.Optional(text('Private key of a signing wallet, as ${VARIABLE}.')),
    base_url: Type.Optional(
      text("REST address; default: the venue's own. Live only its hosts and loopback are allowed."),
    ),
    ws_url: Type.Optional(text("WebSocket address, as base_url; default: the venue's own.")),
    allow_custom_host: Type.Boolean({
      default: false,
      description: 'Lets base_url and ws_url name any host: it is handed signed requests.',
    }),
    proxy: Type.Optional(
      text(
        'HTTP proxy, e.g. http://127.0.0.1:3128; default: HTTPS_PROXY of the environment, unless ' +
          'NO_PROXY names the host. With a password as ${VARIABLE}.',
      ),
    ),
    connect_timeout: Type.Number({
      exclusiveMinimum: 0,
      maximum: 600,
      default: 5,
      description: 'Seconds in which a connection to the venue must stand.',
    }),
    read_timeout: Type.Number({
      exclusiveMinimum: 0,
      maximum: 600,
      default: 10,
      description: 'Seconds in which the venue must answer a request.',
    }),
    max_account_loss: Type.Optional(
      decimal(
        'Most that the account may lose with every grid on it at the worse edge of its range, ' +
          'quote currency. A start, a larger grid or a larger adjust beyond it is refused; the ' +
          'least of all configs of the account in that currency counts.',
      ),
    ),
    mode: Type.Union([Type.Literal('paper'), Type.Literal('live')], {
      default: 'paper',
      description: 'paper: the embedded venue; live: the exchange.',
    }),
    paper: PaperConfig,
  },
  { ...strict, default: {} },
);

const StrategyConfig = Type.Object(
  {
    grid_lower_price: decimal('Lowest line.'),
    grid_upper_price: decimal('Highest line.'),
    grid_num: Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: 'Number of grids (gaps); there is one line more.',
    }),
    grid_type: Type.Union([Type.Literal('arithmetic'), Type.Literal('geometric')], {
      default: 'arithmetic',
      description: 'Equal steps, or equal ratios.',
    }),
    direction: Type.Union(
      [Type.Literal('neutral'), Type.Literal('long'), Type.Literal('short')],
      { default: 'neutral', description: 'Start flat, long or short.' },
    ),
    order_quantity: Type.Optional(decimal('Size per grid in base units.')),
    investment: Type.Optional(decimal('Quote currency to size the grid from.')),
    leverage: Type.Number({
      minimum: 1,
      maximum: 125,
      default: 1,
      description: 'Leverage used with investment.',
    }),
    max_position: Type.Optional(
      decimal('Hard fence on the absolute position, base units; alone it gives the size.'),
    ),
    open_position_at_start: Type.Boolean({
      default: true,
      description: 'Long and short: trade to the starting position at once.',
    }),
    out_of_range: Type.Union(
      [Type.Literal('hold'), Type.Literal('stop'), Type.Literal('close'), Type.Literal('trail')],
      { default: 'hold', description: 'What to do when the price leaves the range.' },
    ),
    trail_upper_price: Type.Optional(decimal('Highest price the range may trail up to.')),
    trail_lower_price: Type.Optional(decimal('Lowest price the range may trail down to.')),
    stop_loss_price: Type.Optional(decimal('Close everything at this price.')),
    take_profit_price: Type.Optional(decimal('Close everything at this price.')),
    trigger_price: Type.Optional(decimal('Wait for this price before the grid starts.')),
    trigger_by: Type.Optional(
      Type.Union([Type.Literal('last'), Type.Literal('mark')], {
        description: 'Price that trigger, stop-loss and take-profit look at; default: last.',
      }),
    ),
    max_open_orders: Type.Optional(
      Type.Integer({
        minimum: 2,
        description: 'Fence: most resting orders; those nearest the price are kept.',
      }),
    ),
    max_loss: Type.Optional(
      decimal('Fence: trips when the total PnL falls this far, quote currency.'),
    ),
    max_order_notional: Type.Optional(
      decimal(
        'Fence: largest price x size of one order, quote currency; what is traded at market is ' +
          'cut to it.',
      ),
    ),
    price_collar_percent: Type.Optional(
      decimal('Fence: no line rests farther from the mark price, percent of it.'),
    ),
    max_orders_per_minute: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Fence: trips when more orders are sent.' }),
    ),
    on_stop: Type.Object(
      {
        orders: Type.Union([Type.Literal('cancel'), Type.Literal('keep')], {
          default: 'cancel',
          description: 'Resting orders at a stop.',
        }),
        position: Type.Union([Type.Literal('keep'), Type.Literal('close')], {
          default: 'keep',
          description: 'Position at a stop.',
        }),
      },
      { ...strict, default: {}, description: 'What a stop does.' },
    ),
    duration: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Length of a run, seconds.' }),
    ),
    interval: Type.Number({
      minimum: 1,
      maximum: LONGEST_TIMER_S,
      default: 60,
      description: 'Seconds between comparisons with the venue; fills act at once.',
    }),
  },
  strict,
);

/** Schema of one file in config/active. */
export const InstanceConfigSchema = Type.Object(
  {
    $schema: Type.Optional(text('Ignored; for editors.')),
    metadata: Metadata,
    daemon_config: DaemonConfig,
    exchange_config: ExchangeConfig,
    strategy_config: StrategyConfig,
  },
  strict,
);

/** A validated config with every default filled in; `${VARIABLES}` not yet expanded. */
export type InstanceConfig = Type.Static<typeof InstanceConfigSchema>;
export type StrategyValues = InstanceConfig['strategy_config'];
