/**
 * Sentences that are known by a code, each with places for its values: from the same data a page
 * says it in another language. A code keeps its meaning and its places for good.
 */

/** One text in two parts, of which the places are still known. */
function long<A extends string, B extends string>(first: A, second: B): `${A}${B}` {
  return `${first}${second}`;
}

/** English, the language of files and terminals. */
export const SENTENCES = {
  // What is wrong with a wish for a grid.
  not_above_zero: '{{value}} is not a number above zero',
  no_price: '{{value}} is not a price above zero',
  no_amount: '{{value}} is not an amount',
  no_amount_above_zero: '{{value}} is not an amount above zero',
  no_percentage: '{{value}} is not a percentage of a price',
  no_count_of_grids: '{{value}} is not a number of grids',
  no_count_of_orders: '{{value}} is not a number of orders',
  bounds_order: 'the lower price {{price}} is not below the upper price',
  off_tick: "{{value}} is not on the venue's price step of {{step}}",
  too_many_grids: '{{grids}} grids need more orders than the venue allows on one market',
  same_price: 'lines {{first}} and {{second}} fall on the same price {{price}}',
  least_profit: 'the least profit per grid after fees is {{percent}} % of its buy value',
  cap_below_grid: 'the cap for trailing up is below the grid',
  cap_above_grid: 'the cap for trailing down is above the grid',
  levels_crossed: 'stop-loss and take-profit are the wrong way round',
  trigger_at_stop_loss: 'the trigger {{price}} has already reached the stop-loss',
  trigger_at_take_profit: 'the trigger {{price}} has already reached the take-profit',
  price_at_stop_loss: 'the price {{price}} has already reached the stop-loss',
  price_at_take_profit: 'the price {{price}} has already reached the take-profit',
  below_one_lot: '{{value}} is not a size of at least one lot',
  off_lot: "{{value}} is not a size on the venue's step of {{step}}",
  no_size: 'no size: one of order_quantity, investment or max_position is needed',
  too_many_lots: 'a full grid of this size has more lots than can be counted',
  below_smallest_order: "{{size}} per grid is below the venue's smallest order",
  below_smallest_value: "{{size}} per grid at {{price}} is below the venue's smallest value",
  fence_below_grid: 'max_position is smaller than one grid: no order could ever rest',
  fence_holds_back: 'a full grid may need {{size}}: orders beyond max_position are held back',
  few_open_orders:
    '{{orders}} orders are too few: a grid rests one on either side of the price',
  lines_left_out: 'of {{lines}} lines only the {{orders}} nearest the price have an order',
  rate_too_low: 'laying out {{lines}} lines takes more than {{orders}} orders',
  smallest_order: 'the smallest order of this grid is worth {{amount}}',
  lines_stay_empty: 'lines whose order is worth more than {{amount}} stay empty',
  narrow_collar:
    'the collar is narrower than the widest grid: no order may be near the price',
  margin_short: long(
    'with every order filled at {{price}} the initial margin is short by ',
    '{{amount}} {{quote}}: no size fits this balance',
  ),
  margin_short_for_size: long(
    'with every order filled at {{price}} the initial margin is short by ',
    '{{amount}} {{quote}}: at most {{size}} per grid',
  ),
  fall_liquidates: long(
    'a straight fall from {{price}} would liquidate the position at ',
    '{{liquidation}}, before every line is filled',
  ),
  rise_liquidates: long(
    'a straight rise from {{price}} would liquidate the position at ',
    '{{liquidation}}, before every line is filled',
  ),
  liquidated_first: 'the position would be liquidated at {{price}}, before the stop-loss',
  present_liquidated_in_range: long(
    'the present position with the new orders filled would be liquidated at ',
    '{{price}}, inside the range',
  ),
  present_liquidated_first:
    'the present position would be liquidated at {{price}}, before the stop-loss',
  held_liquidated_in_range: 'with the position that is there it would be liquidated at {{price}}',
  // What is allowed instead.
  from: 'from {{value}}',
  to: 'to {{value}}',
  between: '{{least}} to {{most}}',
  above: 'above {{value}}',
  below: 'below {{value}}',
  above_and_below: 'above {{low}} and below {{high}}',
  above_below: 'above {{low}}, below {{high}}',
  below_above: 'below {{high}}, above {{low}}',
  for_example: 'for example {{value}}',
  wider_range: 'a wider range',
  most_grids: 'at most {{grids}} grids in this range',
  most_per_grid: 'at most {{size}} per grid',
  least_per_grid: 'at least {{size}} per grid',
  no_size_fits: 'no size fits this balance',
  none_with_this_size: 'none with this size',
  smaller_size: 'a smaller size',
  smaller_or_farther: 'a smaller size, a range farther from it, or a smaller position',
  above_take_profit: 'above the take-profit',
  below_take_profit: 'below the take-profit',
  not_take_profit: 'not the take-profit',
  // What is worth knowing of a grid that runs.
  price_below_range: 'The price {{price}} is below the range.',
  price_above_range: 'The price {{price}} is above the range.',
  paused_waits: 'The grid is paused: orders to be placed wait for `gridd resume {{id}}`.',
  tripped_waits: 'The grid is tripped: orders to be placed wait for `gridd resume {{id}}`.',
  // Whose rules a grid is designed on.
  rules_recorded_on: 'As recorded of {{venue}} on {{at}}.',
  rules_recorded_since: 'As recorded of {{venue}} on {{at}} or later.',
  rules_recorded_until: 'As recorded of {{venue}} on {{at}} or earlier.',
  rules_recorded_year: 'As recorded of {{venue}} in {{at}}.',
  rules_of_account: 'As its own paper account began with them.',
  rules_made_up: 'Made up by gridd: no markets of {{venue}} are recorded here.',
  rules_of_no_market: 'Made up by gridd: {{symbol}} is not recorded here.',
  // What an account can carry.
  loss_passed: 'would be passed by the joint worst case',
  at_most: 'at most {{value}}',
  // Why an instance is in its state.
  start_asked: 'start asked for',
  started_again: 'started again',
  safe_run: 'safe run: its orders are cancelled, nothing is placed',
  panic_run: 'panic: its orders are cancelled, its position closed',
  restart_asked: 'restart asked for',
  reloaded: 'reloaded: {{keys}} changed',
  stop_asked: 'stop asked for',
  panic_asked: 'panic',
  panic_not_started: 'panic: its bot could not be started',
  supervisor_stops: 'the supervisor is being stopped with its bots',
  supervisor_ended: 'the supervisor ended with its bots',
  ready: 'ready',
  bot_says_so: 'the bot says so',
  no_page_port: 'its page has no port',
  waits: '{{fault}}',
  venue_answers: 'the venue answers',
  holds_lock: 'it holds the lock of the instance',
  lock_of_another: 'the lock is held by a process that is not the bot on record',
  called_home: 'it called home',
  outlived: 'it lives since an earlier supervisor',
  process_gone: 'its process is gone',
  ended_meanwhile: 'its process ended while no supervisor ran',
  restart_in: '{{reason}}; restart {{attempt}} in {{seconds}} s',
  tried_again: '{{reason}} Tried again in {{seconds}} s.',
  gave_up: '{{attempts}} restarts within {{minutes}} minutes; last: {{reason}}',
  no_restart: '{{reason}}; it cannot be started again: {{fault}}',
  no_sign_of_life: 'no sign of life for {{seconds}} s',
  stands_still: 'its engine stands still for {{seconds}} s',
  has_no_port: 'it has no port',
  health_answers: 'GET /health answers {{status}}',
  health_fails: 'GET /health fails ({{reason}})',
  memory_over_limit: 'memory {{memory}} MiB over its limit of {{limit}} MiB',
  cpu_over_limit: 'uses {{percent}} % CPU over {{seconds}} s, the limit is {{limit}} %',
  // How a process ended.
  ended_by: 'ended by {{signal}}',
  disappeared: 'disappeared',
  exited: 'exited with code {{exit}}',
  unseen: '{{end}} while no supervisor ran',
  because: '{{end}} ({{why}})',
  machine_anew: 'the machine was started anew',
  run_over: 'the run is over',
  stop_command: 'stop command',
  panic_command: 'panic command',
  // What the doctor found.
  tools_present: 'python3, make and a C++ compiler',
  tools_missing: 'missing: {{names}}',
  compiler_missing: 'missing: a C++ compiler',
  tools_and_compiler_missing: 'missing: {{names}}, a C++ compiler',
  install_node: 'Install Node 20.19 or newer.',
  install_tools: 'An upgrade may have to compile: apt-get install python3 make g++.',
  room_free: '{{free}} of {{total}} GiB free',
  make_room: 'Make room: a bot that cannot store places nothing.',
  add_memory: 'A bot takes about 90 MiB: add memory, or run fewer.',
  no_env: 'none',
  env_unseen: 'cannot be looked at',
  make_env_readable: 'Make .env a file that you can read, or remove it.',
  env_open: 'mode {{mode}}: others can get at your keys',
  env_mode: 'mode {{mode}}',
  env_of_other: 'belongs to uid {{owner}}, you are {{uid}}',
  give_env: 'Make it belong to the user who runs the bots.',
  keep_time: 'Let the machine keep its time, e.g. apt-get install systemd-timesyncd or chrony.',
  time_long_ago: '{{time}} is long ago',
  clock_moved: 'was moved by {{ms}} ms while watched',
  clock_unsynchronised: '{{time}}, not synchronised',
  clock_synchronised: '{{time}}, synchronised',
  clock_steady: '{{time}}, steady; its offset was not checked',
  behind_venue: '{{seconds}} s behind the venue of {{id}}',
  ahead_of_venue: '{{seconds}} s ahead of the venue of {{id}}',
  keep_time_of_venue: "Let the machine keep its time; bots reckon with the venue's.",
  file_limits: '{{files}} open files, {{watched}} watched',
  any_number: 'any number of',
  not_known: 'not known',
  raise_files: 'Raise it: ulimit -n {{files}} before the supervisor starts.',
  is_present: 'present',
  no_fallocate: 'missing: raw logs cannot be bounded',
  registry_whole: 'whole; records: {{records}}',
  registry_is_rebuilt:
    'The next verb that changes something rebuilds it; look at `gridd list` first.',
  supervisor_unneeded: 'none runs, and none is needed',
  supervisor_needed: 'none runs; instances that should run: {{wanted}}',
  supervisor_runs: 'runs (pid {{pid}}, version {{version}})',
  supervisor_differs: '{{runs}}; installed is {{installed}}',
  none_failed: 'none is failed',
  some_failed: 'failed: {{ids}}',
  look_why_failed: '`gridd status ID` says why; then `gridd start ID`.',
  databases_whole: 'whole: {{count}}',
  let_go_of_database: 'Not looked at: let go of the file or make it readable, then repeat.',
  begin_database_anew: 'Stop the instance, keep a copy of the file, then `gridd start ID --fresh`.',
  no_leftovers: 'no stale locks or pid files',
  ports_free: '{{count}} known, none taken by others',
  own_port_held: '{{port}} of {{id}} is held by {{holder}}',
  no_console_there: 'there is none: {{why}}',
  console_at: 'is at {{url}}',
  console_off: 'config/console.json switches it off',
  console_in_order: 'config/console.json is in order',
  mend_file_then: 'Mend the file; then {{command}}',
  unseen_process: 'another process',
  and_besides: '{{said}}; {{next}}',
  free_the_port: 'Free the port, or choose another web_port.',
  alerts_go_to: 'go to {{names}}',
  no_receiver: 'no receiver is named',
  name_receiver: 'Name one, or remove config/alerts.json.',
  service_absent: 'not installed; `gridd install` brings the fleet back after a reboot',
  service_node_gone: 'its Node is gone: {{path}}',
  log_in_itself: 'Log in as this user itself, not over sudo or su.',
  service_stands: '{{name}} is {{enabled}}, {{active}}',
  not_enabled: 'not enabled',
  service_node_of: 'Its Node belongs to {{who}}: `gridd install` again after each upgrade.',
  no_lingering: '{{service}}; no lingering',
  lingering_unknown: '{{service}}; whether it lingers is not known',
  enable_linger:
    'Without lingering it ends when {{name}} logs out: loginctl enable-linger {{name}}',
  // What gridd notes on versions of a config.
  met_on_disk: 'met on the disk',
  edited_on_disk: 'edited on the disk',
  back_to_version: 'back to version {{version}}',
  new_config: 'new',
  back_from: 'back from {{file}}',
  // What came of a verb.
  stopped: 'stopped',
  starting: 'starting',
  running: 'running',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  backoff: 'backoff',
  stopping: 'stopping',
  failed: 'failed',
  finished: 'finished',
  degraded_by: 'degraded ({{reason}})',
  serves_on: '{{state}} on {{url}}',
  already: 'already {{state}}',
  paused: 'paused',
  resumed: 'resumed',
  resumed_tripped: 'resumed; it was tripped: {{trip}}',
  stopped_unstarted: 'stopped; no process ran (it was {{state}})',
  stopped_clean: long(
    'stopped; {{cancelled}} orders cancelled, ',
    '{{left}} left, position {{position}}',
  ),
  ended_outside: '{{stopped}}; ended {{names}} outside its group',
  flat: 'flat; {{cancelled}} orders cancelled, position 0',
  restarted_for: 'restarted for {{keys}}; {{outcome}}',
  edited_since: 'a file edited since its start',
  variable_changed: 'a variable of .env',
  unchanged: 'unchanged',
  taken_in_place: 'taken in place: {{keys}}',
  taken_orders: long(
    'taken in place: {{keys}}; {{kept}} orders kept, ',
    '{{cancelled}} cancelled, {{placed}} placed',
  ),
  // What registry and supervisor warn of.
  both: '{{first}} and {{second}}',
  flat_format: long(
    '{{file}} is in the older flat format; ',
    '`gridd validate --convert` shows the new one.',
  ),
  script_gone: '{{script}} does not exist; the built-in bot runs.',
  plain_key: 'the key stands in the file itself; put it into .env and write ${NAME} here.',
  args_win: '{{flag}} {{value}} contradicts {{key}} = {{present}}; {{flag}} wins.',
  earlier_flag: 'an earlier {{flag}}',
  key_unset: '{{name}} is not set; paper trading needs no key.',
  keys_unset: '{{names}} are not set; paper trading needs no key.',
  no_start_yet: 'It will not start before this is mended: {{why}}',
  design_gone: 'The grid is not shown: gridd was installed anew since its supervisor started.',
  another_process: 'another process',
  port_moved: 'using {{port}} instead of {{wanted}}',
  port_held_instead: long(
    'port {{wanted}} is held by {{holder}}; ',
    'using {{port}} instead of {{wanted}}',
  ),
  port_held: 'port {{wanted}} is held by {{holder}}; using {{port}}',
  port_handed: 'port {{wanted}} was handed to {{owner}}; using {{port}}',
  text_lost: long(
    'The config text that {{id}} was last started with is gone or was altered: ',
    'it runs with {{file}} as that is now.',
  ),
  runs_with_file: 'It runs with {{file}} as that is now: {{why}}',
  text_unkept: long(
    'Its config could not be kept ({{why}}): ',
    'a restart takes the file as it is then.',
  ),
  orders_may_rest: long(
    'no bot ran that could cancel its orders: a start and a stop clear what rests, ',
    '`gridd panic {{id}}` closes its position as well',
  ),
  stop_unkept: '{{fault}} A supervisor that starts before then starts it again.',
  left_group: long(
    '{{names}} left its process group and goes on; ',
    '`gridd stop {{id}} --all-descendants` ends what is left',
  ),
  other_books: 'it trades on the books {{path}} now; what rests in the old ones stays there',
  taken_by_program: 'taken by the external program; its own page says what it did',
  loss_not_judged:
    'max_account_loss {{limit}} could not be judged before the start of {{id}}: {{why}}',
  no_design_here: 'its grid could not be designed here',
  loss_not_counted:
    'max_account_loss {{limit}}: what {{names}} could lose is not known and not counted.',
  loss_by_records:
    'max_account_loss {{limit}} was judged by rules of the market that are recorded here.',
  adjust_not_judged: 'max_account_loss {{limit}} was not judged: {{why}}.',
  no_supervisor_here: 'no supervisor looks after this bot',
  supervisor_silent: 'its supervisor does not answer',
  nothing_adopted: 'Nothing was adopted or ignored: the books know this account already.',
  // Why a key is read-only, and what stands for it.
  runs_code: 'decides which program runs, and with what.',
  names_places: 'says where files lie on this machine.',
  names_hosts: 'says which host is handed requests signed with the keys.',
  names_keys: 'names the keys of the account.',
  opens_page: 'says from where the page can be reached.',
  it_does: 'It {{why}}',
  edit_there: 'It {{why}} Edit {{file}} in an editor on this machine.',
  read_only_here: 'is read-only here: it {{why}}',
  value_in_file: 'the value in {{file}}; edit that file in an editor on this machine',
  link_edited_there: '{{file}} is a link: edit the file that it names.',
  cannot_be_shown: long(
    '{{fault}} It is not shown, since secrets in it could not be masked: ',
    'mend {{file}} in an editor on this machine.',
  ),
  // What is wrong with a config as a whole, and what it may hold instead.
  other_id: 'is another id',
  other_id_than_file: 'is another id: books, logs and history belong to the one the file has',
  shows_variable: 'names a variable that it did not name before: its value would be shown',
  is_link: 'is a link to a file elsewhere',
  no_json_now: 'is no JSON at present',
  not_present_version: 'is not the present version',
  no_plain_text: 'is not plain UTF-8 text',
  // Why an instance that nobody started is in its state.
  never_started: 'never started',
  process_was_gone: 'its process was gone',
  rebuilt: 'rebuilt from its config',
  found_alive: 'found alive while the registry was rebuilt',
  restored: 'restored from a backup of {{at}}',
  panic_carried_on: 'panic: {{outcome}}',
} as const;
export type SentenceCode = keyof typeof SENTENCES;

/** A sentence as data; values are exact: decimal text, names, paths. */
export interface Said {
  readonly code: SentenceCode;
  readonly values?: Readonly<Record<string, string>>;
  /** Places that hold sentences themselves. */
  readonly parts?: Readonly<Record<string, Said>>;
  /** Places that hold what was said in English by itself, with its code. */
  readonly quotes?: Readonly<Record<string, Quoted>>;
}

/** An English text that comes with a code: of an error, a trip, or of what is degraded. */
export interface Quoted {
  readonly code: string;
  readonly text: string;
}

/** What is said of something: as data where it is known as such, else a text. */
export type Telling = Said | Quoted | string;

type PlacesOf<Text extends string> = Text extends `${string}{{${infer Place}}}${infer Rest}`
  ? Place | PlacesOf<Rest>
  : never;
type ValuesOf<Code extends SentenceCode> = [PlacesOf<(typeof SENTENCES)[Code]>] extends [never]
  ? []
  : [Readonly<Record<PlacesOf<(typeof SENTENCES)[Code]>, Telling | number>>];

/** The sentence of `code` with a value for each of its places. */
export function say<Code extends SentenceCode>(code: Code, ...[values]: ValuesOf<Code>): Said {
  if (values === undefined) return { code };
  const texts: Record<string, string> = {};
  const parts: Record<string, Said> = {};
  const quotes: Record<string, Quoted> = {};
  for (const [place, value] of Object.entries<Telling | number>(values)) {
    if (typeof value !== 'object') texts[place] = String(value);
    else if ('text' in value) quotes[place] = value;
    else parts[place] = value;
  }
  const held = (places: object) => Object.keys(places).length > 0;
  return {
    ...{ code, values: texts },
    ...(held(parts) ? { parts } : {}),
    ...(held(quotes) ? { quotes } : {}),
  };
}

/** What an error says, for a place of a sentence. */
export function quoted(error: { readonly code: string; readonly message: string }): Quoted {
  const { code, message } = error;
  return { code, text: message };
}

/** The English sentence. */
export function sentenceOf({ code, values, parts = {}, quotes = {} }: Said): string {
  const all: Record<string, string> = { ...values };
  for (const [place, part] of Object.entries(parts)) all[place] = sentenceOf(part);
  for (const [place, { text }] of Object.entries(quotes)) all[place] = text;
  return withValues(SENTENCES[code], all) ?? SENTENCES[code];
}

/** The fields of a problem that say what is wrong. */
export function problemSaid(said: Said): { readonly message: string; readonly said: Said } {
  return { message: sentenceOf(said), said };
}

/** The fields of a problem that say what is allowed instead. */
export function allowedSaid(allows: Said): { readonly allowed: string; readonly allows: Said } {
  return { allowed: sentenceOf(allows), allows };
}

/** What is said, in English. */
export function textOf(telling: Telling): string {
  if (typeof telling === 'string') return telling;
  return 'text' in telling ? telling.text : sentenceOf(telling);
}

/** Sentences within sentences that are followed; ours hold four. */
const DEEPEST = 5;

/** `value` as the data of a sentence that is known here and reads `text`; null: it is not. */
export function saidAs(value: unknown, text: string): Said | null {
  return isSaid(value, DEEPEST) && sentenceOf(value) === text ? value : null;
}

function isSaid(value: unknown, depth: number): value is Said {
  if (!isFields(value) || depth === 0) return false;
  const { code, values = {}, parts = {}, quotes = {} } = value;
  if (typeof code !== 'string' || !Object.hasOwn(SENTENCES, code)) return false;
  if (!isFields(values) || !isFields(parts) || !isFields(quotes)) return false;
  return (
    Object.values(values).every((one) => typeof one === 'string') &&
    Object.values(parts).every((one) => isSaid(one, depth - 1)) &&
    Object.values(quotes).every(isQuoted)
  );
}

function isQuoted(value: unknown): value is Quoted {
  return isFields(value) && [value['code'], value['text']].every((one) => typeof one === 'string');
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What another process says as `text`: data where that is a sentence without places. */
export function plainSaid(text: string): Telling {
  const found = Object.entries(SENTENCES).find(([, sentence]) => sentence === text);
  return found === undefined || text.includes('{{') ? text : { code: found[0] as SentenceCode };
}

/** `text` with its places filled; null where a value is missing. */
export function withValues(
  text: string,
  values: Readonly<Record<string, string>> = {},
): string | null {
  let whole = true;
  const filled = text.replace(/{{(\w+)}}/g, (_, place: string) => {
    if (Object.hasOwn(values, place)) return values[place] ?? '';
    whole = false;
    return '';
  });
  return whole ? filled : null;
}
