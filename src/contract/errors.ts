/**
 * Every error a user can meet: its code, exit code, HTTP status and what to do about it. A
 * failure of the user is a `GriddError`; the world's failures are values; our own are assertions.
 * docs/errors.md lists exactly these codes (a test compares both ways).
 */
import type { ProblemRule } from './said-codes.ts';
import type { Said } from './sentences.ts';

/** Exit codes of the CLI. */
export const EXIT = { done: 0, bug: 1, input: 2, absent: 3, conflict: 4 } as const;

/** Exit codes by which a bot tells the supervisor what to do; everything else but 0 is a crash. */
export const BOT_EXIT = { clean: 0, lock_held: 75, configuration: 78, done: 79 } as const;

interface ErrorKind {
  readonly exit: (typeof EXIT)[keyof typeof EXIT];
  readonly http: number;
  /** What the user can do, one sentence. */
  readonly hint: string;
}

function kind(exit: ErrorKind['exit'], http: number, hint: string): ErrorKind {
  return { exit, http, hint };
}

export const ERRORS = {
  USAGE: kind(2, 400, 'Run the verb with --help to see what it takes.'),
  PLATFORM_UNSUPPORTED: kind(2, 500, 'Run gridd on Linux (WSL2 included) with Node 20.19 or newer.'),
  HOME_NOT_FOUND: kind(2, 400, 'Give a folder that exists with --home or GRIDD_HOME.'),
  HOME_UNUSABLE: kind(2, 500, 'Make the home folder writable for you, or choose another with --home.'),
  CONFIG_NOT_FOUND: kind(2, 404, 'Check the path; `ls config/active` shows the configs that may run.'),
  CONFIG_SYNTAX: kind(2, 400, 'Correct the JSON at the place named; // comments are allowed.'),
  CONFIG_INVALID: kind(2, 400, 'Correct every path listed; docs/config.md describes each key.'),
  CONFIG_CONFLICT: kind(4, 409, 'Give each config its own instance_id, log_dir, db_path and web_port.'),
  CONFIG_CHANGED: kind(4, 409, 'Look at both versions and save again on top of the present one.'),
  CONFIG_READ_ONLY: kind(2, 403, 'Edit the file in an editor on this machine; `gridd reload ID` takes it.'),
  CONFIG_UNWRITABLE: kind(1, 503, 'Nothing was changed; free space on its disk, or make config/ writable for the user of gridd.'),
  VERSION_UNKNOWN: kind(3, 404, 'The list of its versions shows those that are kept.'),
  HISTORY_UNWRITABLE: kind(1, 503, 'Nothing was changed; `gridd supervisor status` says what is wrong with database/gridd.db.'),
  ENV_MISSING: kind(2, 400, 'Set the variable in .env, or write a default as ${NAME:-value}.'),
  VENUE_UNKNOWN: kind(2, 400, 'Use one of the exchanges listed, or exchange_config.mode "paper".'),
  HOST_REFUSED: kind(2, 400, 'Leave base_url and ws_url out, or set allow_custom_host where the host is truly yours.'),
  SECRET_IN_CONFIG: kind(2, 400, 'Put the value into .env, run chmod 600 .env, and write ${NAME} in the config.'),
  ENV_EXPOSED: kind(2, 400, 'Run chmod 600 .env in the home folder.'),
  LIVE_UNCONFIRMED: kind(2, 400, 'Start it with `gridd start ID`, which shows what it would hold and asks; --yes does not ask.'),
  VENUE_OCCUPIED: kind(4, 409, "--adopt makes the position the grid's carry, --ignore leaves it out of the grid; orders are left alone."),
  ACCOUNT_LOSS: kind(4, 409, 'Nothing was changed; use a smaller grid, end another on the account, or raise max_account_loss.'),
  GRID_REFUSED: kind(2, 400, 'Nothing was placed; correct the values named. docs/grid.md explains each rule.'),
  REPLAY_FILE: kind(2, 400, 'Give a CSV with the columns ts_ms,open,high,low,close,volume.'),
  MARKETS_FILE: kind(2, 400, 'Record it anew with `gridd venues NAME --record`, or remove the file: the record of gridd counts then.'),
  BOOKS_BOUND: kind(4, 409, 'Use a new instance id, or `gridd start ID --fresh` to archive the old books.'),
  BOOKS_NEWER: kind(2, 409, 'Use the gridd version that wrote this database, or a newer one.'),
  BOOKS_UNREADABLE: kind(2, 500, 'Move the database aside or start with --fresh; the file is kept.'),
  PROGRAM_MISSING: kind(2, 400, 'Put the program back at script_path, or use a new instance id.'),
  PROGRAM_UNSUPPORTED: kind(4, 409, 'Use the page of the external program itself.'),
  INSTANCE_ID_INVALID: kind(2, 400, 'Use a-z, 0-9, _ and -, at most 64 characters, e.g. bp_sol_01.'),
  INSTANCE_UNKNOWN: kind(3, 404, '`gridd list` shows the instances; `ls config/active` the configs.'),
  INSTANCE_NOT_RUNNING: kind(3, 409, 'Start it with `gridd start ID`.'),
  INSTANCE_RUNNING: kind(4, 409, 'Nothing was changed; `gridd restart ID` restarts it.'),
  INSTANCE_BUSY: kind(4, 409, 'Wait for the operation named to end, then repeat.'),
  START_FAILED: kind(1, 500, '`gridd logs ID` shows what the bot printed.'),
  STOP_INCOMPLETE: kind(1, 500, '`gridd status ID` shows what is left; repeat the stop.'),
  NOT_FLAT: kind(1, 500, 'Repeat the panic; close by hand at the venue what it still cannot.'),
  CARRY_REFUSED: kind(4, 409, 'Nothing was traded; clear what stands against it and repeat.'),
  BOT_UNREACHABLE: kind(1, 503, 'The bot does not answer; `gridd status ID` shows its state.'),
  PORT_TAKEN: kind(4, 409, 'Free the port, choose another web_port, or set strict_port to false.'),
  FILE_EXISTS: kind(4, 409, 'Choose another id, or archive the existing one first.'),
  BACKUP_REFUSED: kind(2, 409, 'Name a folder that is absent or empty, on a disk with room.'),
  BACKUP_INVALID: kind(2, 400, 'Nothing was changed; use another backup.'),
  RESTORE_REFUSED: kind(4, 409, 'Nothing was changed; --force moves the newer books aside.'),
  RESTORE_UNFINISHED: kind(1, 500, 'Nothing starts in this home before it is; remove the cause and repeat.'),
  TEMPLATE_UNKNOWN: kind(2, 404, '`ls config/templates` shows the templates.'),
  ADJUST_REFUSED: kind(2, 400, 'Nothing was changed; correct the values named and repeat.'),
  BAD_REQUEST: kind(2, 400, 'Correct every field listed.'),
  NOT_FOUND: kind(3, 404, 'Check the address.'),
  HOST_FORBIDDEN: kind(2, 403, 'Use the address that `gridd list` prints, from the same machine.'),
  READ_ONLY: kind(2, 403, 'Run `gridd token` in the home and sign in with it, or use the gridd command on this machine.'),
  TOKEN_NEEDED: kind(2, 401, 'Sign in on the page, or send the header Authorization: Bearer TOKEN; `gridd token` prints it.'),
  TOKEN_WRONG: kind(2, 401, '`gridd token`, run in the home on its machine, prints the one that counts.'),
  TOO_MANY_ATTEMPTS: kind(4, 429, 'Wait a minute, then try again with the token that `gridd token` prints.'),
  WEB_TOKEN_UNWRITTEN: kind(2, 409, 'Nothing was changed; write the line given into .env yourself.'),
  BIND_REFUSED: kind(2, 400, 'Run `gridd token` first, or leave web_host at 127.0.0.1 and web_allowed_hosts empty.'),
  IDEMPOTENCY_CONFLICT: kind(4, 409, 'Use a new Idempotency-Key for a different request.'),
  TOO_MANY_STREAMS: kind(4, 503, 'Close pages of this address that nobody looks at, then reload.'),
  VENUE_UNREACHABLE: kind(1, 503, 'Nothing was changed; `gridd status ID` says what the venue answers. Repeat later.'),
  VENUE_KEY: kind(2, 400, "Compare the key in .env with the venue's; docs/venues.md says which credentials it takes."),
  VENUE_PERMISSION: kind(2, 403, 'Let the key trade futures at the venue, nothing more; withdrawals are never needed.'),
  VENUE_ADDRESS: kind(2, 403, "Add the machine's address to the key's list at the venue."),
  VENUE_CLOCK: kind(2, 400, 'Set the clock (timedatectl set-ntp true), then start again; `gridd check ID` measures it.'),
  VENUE_SYMBOL: kind(2, 400, 'Write metadata.symbol as the venue does; `gridd check ID` asks it.'),
  VENUE_MODE: kind(2, 409, 'Set the account to one-way position mode at the venue, flat and without orders.'),
  VENUE_REFUSED: kind(2, 400, 'The message says why; mend that at the venue, then start again.'),
  VENUE_RATE: kind(1, 503, 'Wait a minute and repeat; fewer instances on one key leave each more requests.'),
  VENUE_MAINTENANCE: kind(1, 503, 'Wait until the venue says that it is over; a running bot goes on by itself.'),
  VENUE_NAME: kind(1, 503, 'Look at base_url, ws_url and the name service of this machine.'),
  VENUE_TLS: kind(1, 503, "Look at the machine's clock and its certificates; a proxy in between needs NODE_EXTRA_CA_CERTS."),
  VENUE_BLOCKED: kind(1, 503, "Open the venue in a browser from this machine's network; a proxy may help."),
  VENUE_ANSWER: kind(1, 503, 'Repeat later; if it lasts, update gridd.'),
  CONSOLE_ABSENT: kind(3, 503, 'Correct config/console.json or free a port, then restart the supervisor; `gridd list` works without.'),
  SUPERVISOR_NOT_RUNNING: kind(3, 503, 'Start it with `gridd supervisor start`.'),
  SUPERVISOR_RUNNING: kind(4, 409, '`gridd supervisor status` shows it.'),
  SUPERVISOR_UNREACHABLE: kind(1, 503, 'See logs/supervisor; `gridd supervisor status` says more.'),
  SUPERVISOR_FOREIGN: kind(4, 409, 'The socket answers for another home; remove endpoint.json and repeat.'),
  SYSTEMD_FAILED: kind(2, 500, 'Log in as this user itself, not over sudo or su; `gridd doctor` says more.'),
  REGISTRY_UNREADABLE: kind(2, 500, 'The file was kept; `gridd start --all` rebuilds what it can.'),
  REGISTRY_UNWRITABLE: kind(1, 503, 'Free space on its disk, or make logs/ writable for you; repeat.'),
  REGISTRY_NEWER: kind(2, 409, 'Use the gridd version that wrote logs/instances.json, or a newer one.'),
  REGISTRY_LOCKED: kind(1, 503, 'Another gridd is writing; repeat in a few seconds.'),
  ANSWER_NEEDED: kind(2, 400, 'Give the option named; without a terminal nobody can be asked.'),
  LOCK_HELD: kind(4, 409, 'Another process runs this instance; `gridd list` shows it.'),
  OUTPUT_UNWRITABLE: kind(1, 500, 'What the command did stands; free room where its output goes.'),
  INTERNAL: kind(1, 500, 'This is a bug in gridd; please report it with the log.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** One thing wrong with an input: where, what was found, what is allowed. */
export interface Problem {
  /** JSON path such as "strategy_config.grid_num", or a field name. */
  readonly path: string;
  readonly message: string;
  readonly found?: unknown;
  readonly allowed?: string;
  /** Which rule is broken; absent where none of the list says it. */
  readonly rule?: ProblemRule;
  /** `message` as data; absent where it has no places for values. */
  readonly said?: Said;
  /** `allowed` as data. */
  readonly allows?: Said;
}

/** An error as it crosses a process border: JSON on HTTP, on the bot link and in the registry. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly problems?: readonly Problem[];
}

/** A failure the user can act on. */
export class GriddError extends Error {
  override readonly name = 'GriddError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly problems: readonly Problem[];

  /** `message` is one plain sentence; `hint` replaces the code's own where more can be said. */
  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; problems?: readonly Problem[] } = {},
  ) {
    super(message);
    this.code = code;
    this.hint = more.hint ?? ERRORS[code].hint;
    this.problems = more.problems ?? [];
  }

  get exit(): number {
    return ERRORS[this.code].exit;
  }

  get http(): number {
    return ERRORS[this.code].http;
  }

  toBody(): ErrorBody {
    const { code, message, hint, problems } = this;
    return problems.length > 0 ? { code, message, hint, problems } : { code, message, hint };
  }

  /** The error another process sent. */
  static fromBody(body: ErrorBody): GriddError {
    const { problems = [], hint } = body;
    return new GriddError(body.code, body.message, { problems, hint });
  }
}

/** Any thrown value as an `ErrorBody`; what is not the user's is INTERNAL, without its stack. */
export function errorBody(thrown: unknown): ErrorBody {
  if (thrown instanceof GriddError) return thrown.toBody();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new GriddError('INTERNAL', message).toBody();
}
