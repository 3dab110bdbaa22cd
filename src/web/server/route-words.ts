/**
 * What each route of the HTTP APIs is for and what it answers, for the API document; a test finds a
 * route without words, and answers that differ from what is said here.
 */
import type answers from '../../contract/answers.json';

type AnswerName = keyof typeof answers;

/** One sentence, and the answer: a type, a list of it, plain fields with their types, or a file. */
export interface RouteWords {
  readonly says: string;
  readonly answer:
    | { readonly one: AnswerName }
    | { readonly list: AnswerName }
    | { readonly fields: Readonly<Record<string, 'boolean' | 'string' | 'integer'>> }
    | { readonly media: string };
  /** A repetition with the same `Idempotency-Key` changes nothing. */
  readonly keyed?: true;
}

const one = (name: AnswerName, says: string): RouteWords => ({ says, answer: { one: name } });
const list = (name: AnswerName, says: string): RouteWords => ({ says, answer: { list: name } });
const file = (media: string, says: string): RouteWords => ({ says, answer: { media } });
const OK = { ok: 'boolean' } as const;
const each = (says: string) => list('VerbResult', says);

const BOTH: Readonly<Record<string, RouteWords>> = {
  'GET /': file('text/html', 'The page.'),
  'GET /gridd.svg': file('image/svg+xml', 'Its icon.'),
  'GET /assets/:name': file('application/octet-stream', 'A script or style of the page.'),
  'GET /api/docs': file('text/html', 'This API as a page.'),
  'GET /api/docs/openapi.json': file('application/json', 'This API as an OpenAPI document.'),
  'GET /api/events': file(
    'text/event-stream',
    'Topics as they change: an event "topics" holds those that changed, each whole, with the id ' +
      'that asks for what came after; a "beat" says that there is nothing new.',
  ),
  'GET /api/session': one('SessionView', 'Whether this page asks for the token, and has it.'),
  'POST /api/session': one('SessionView', 'Gives the token once for a session in a cookie.'),
  'DELETE /api/session': one('SessionView', 'Ends the session.'),
  'GET /api/log': one('LogPage', 'Lines of the logs, oldest first; `cursor` asks for the next.'),
};

/** Routes of the page of an instance, by method and path. */
export const INSTANCE_ROUTES: Readonly<Record<string, RouteWords>> = {
  ...BOTH,
  'GET /health': {
    says: 'A pulse, for whoever looks whether the process answers.',
    answer: { fields: { status: 'string', instance_id: 'string', pid: 'integer' } },
  },
  'GET /healthz': one('HealthView', 'Database, venue and engine; 503 when one is not well.'),
  'GET /api/status': one('StatusView', 'The figures of the grid.'),
  'GET /api/orders': list('OrderView', 'Orders that rest or are on their way.'),
  'GET /api/orders/page': one('OrderPage', 'Orders of any status, newest first, page by page.'),
  'GET /api/levels': list('LevelView', 'Each line of the grid, or the reason why it has no order.'),
  'GET /api/fills': list('FillView', 'The newest fills, newest first.'),
  'GET /api/fills/page': one('FillPage', 'All fills, newest first, page by page.'),
  'GET /api/receipts': list('ReceiptView', 'What stops, ends or days did to the account.'),
  'GET /api/happenings': list('Happening', 'What happened to the grid and why, newest first.'),
  'GET /api/candles': list('CandleView', "Candles of the bot's own record, oldest first."),
  'GET /api/equity': one('EquityView', 'The sums over time, with the deepest fall of the total.'),
  'GET /api/heat': list('LineHeat', 'How often each line was filled.'),
  'GET /api/engine': one('EngineView', 'What the engine needs for a preview in the browser.'),
  'POST /api/grid/adjust': {
    ...one('AdjustAnswer', 'Moves or resizes the running grid; with `dry_run` only says how.'),
    keyed: true,
  },
  'POST /api/pause': {
    says: 'Places no new orders until resume.',
    answer: { fields: { ...OK, grid_state: 'string' } },
  },
  'POST /api/resume': {
    says: 'Goes on after a pause or a trip; `was_tripped` says what had tripped it, or is null.',
    answer: { fields: { ...OK, grid_state: 'string' } },
  },
  'POST /api/close-carry': one('CloseCarryAnswer', 'Closes inventory that no grid holds.'),
  'POST /api/accept-position': one('AcceptPositionAnswer', "Takes the venue's position for true."),
  'POST /api/stop': one('StopReceipt', 'The fence: stops, and answers with its receipt.'),
  'POST /api/panic': one('StopReceipt', 'Cancels and closes now, whatever the config says.'),
};

/** Routes of the fleet console, by method and path. */
export const CONSOLE_ROUTES: Readonly<Record<string, RouteWords>> = {
  ...BOTH,
  'GET /api/fleet': one('FleetTopics', 'The fleet at a glance: all topics of the event stream.'),
  'GET /api/info': one('SupervisorInfo', 'The supervisor.'),
  'GET /api/instances': list('ListRow', 'All instances.'),
  'GET /api/instances/:id': one('InstanceStatus', 'Everything about one instance.'),
  'GET /api/instances/:id/usage': one('UsageHistory', 'CPU and memory of one, minute by minute.'),
  'POST /api/instances/start': each('Starts instances by id.'),
  'POST /api/instances/stop': each('The fence for each, with its receipt.'),
  'POST /api/instances/restart': each('A new process for each; orders rest meanwhile.'),
  'POST /api/instances/reload': each('Takes edited config files, in place where that can be.'),
  'POST /api/instances/pause': each('Places no new orders until resume.'),
  'POST /api/instances/resume': each('Goes on after a pause or a trip.'),
  'POST /api/instances/panic': each('Cancels and closes now; ends flat or says why not.'),
  'POST /api/instances/:id/close-carry': one('CloseCarryAnswer', 'Closes what no grid holds.'),
  'POST /api/instances/:id/accept-position': one(
    'AcceptPositionAnswer',
    "Takes the venue's position for true.",
  ),
  'POST /api/instances/:id/adjust': {
    ...one('AdjustAnswer', 'Moves or resizes a running grid; with `dry_run` only says how.'),
    keyed: true,
  },
  'POST /api/cleanup': list('CleanupAction', 'Clears what nobody needs; with `dry_run` says what.'),
  'POST /api/alerts/test': list('AlertTestResult', 'Sends one alert to each receiver.'),
  'POST /api/shutdown': { says: 'Ends the supervisor.', answer: { fields: OK } },
  'GET /api/audit': list('AuditView', 'Which verbs were given, and how they came out.'),
  'GET /api/exits': list('FleetExit', 'How processes ended, newest first.'),
  'GET /api/doctor': list('FindingView', 'Machine, home and service, as `gridd doctor` has it.'),
  'GET /api/accounts': list('AccountView', 'Accounts with the worst that their grids could do.'),
  'GET /api/configs': list('ConfigSummary', 'The configs that may run.'),
  'GET /api/archived': list('ConfigSummary', 'The configs that were retired.'),
  'GET /api/configs/:id': one('ConfigView', 'A config, its secrets masked.'),
  'GET /api/configs/:id/versions': list('ConfigVersion', 'Who changed it, when and why.'),
  'GET /api/configs/:id/versions/:n': one('ConfigVersionText', 'A version with its text.'),
  'POST /api/configs/check': one('ConfigCheck', 'What a config would be: problems, or its grid.'),
  'POST /api/configs': one('ConfigSaved', 'A new instance.'),
  'PUT /api/configs/:id': one('ConfigSaved', 'Saves an edited config, and reloads its instance.'),
  'POST /api/configs/:id/rollback': one('ConfigSaved', 'Saves an older version anew.'),
  'POST /api/configs/:id/archive': one('ConfigArchived', 'Retires the config.'),
  'POST /api/archived/:file/restore': one('ConfigSaved', 'Takes a retired config back.'),
  'GET /api/config-schema': file('application/json', 'JSON schema of a config, with its locks.'),
  'GET /api/templates': list('TemplateSummary', 'Starting points for a config.'),
  'GET /api/templates/:name': one('TemplateView', 'A template; with `id` made for that instance.'),
};
