/**
 * An edited config file taken by a running instance: read and checked whole, then the grid in the
 * bot, the limits here, and a restart only where nothing less will do. What is refused changes
 * nothing: the old one runs on.
 */
import { statSync } from 'node:fs';
import { GriddError } from '../contract/errors.ts';
import type { VerbResult } from '../contract/fleet-api.ts';
import type { ReloadAnswer } from '../contract/instance-api.ts';
import { codedSaid, textOfNote, withNotes } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { plainSaid, say, sentenceOf } from '../contract/sentences.ts';
import type { Telling } from '../contract/sentences.ts';
import { changedKeys, readTakenText, textDigest } from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { checkLaunch, secretsNow } from './bot-process.ts';
import { freshHealth } from './health-policy.ts';
import type { Instance } from './instance.ts';
import { keepText, readInstanceConfig, takenOf } from './instance-config.ts';
import type { ConfigRead } from './instance-config.ts';
import { REQUEST_TIMEOUT_MS, lineOf, readyProcess, restartNow } from './instance-verbs.ts';
import { refuseHeldPort } from './port-notes.ts';
import { decideReload } from './reload-decision.ts';
import type { ReloadDecision } from './reload-decision.ts';
import type { RunningProcess } from './running-process.ts';
import { done, retold, toldBy } from './verb-outcome.ts';

type Result = Omit<VerbResult, 'row'>;
const EDITED = sentenceOf(say('edited_since'));

/** Takes the config file as it is now. */
export async function reloadInstance(instance: Instance): Promise<Result> {
  // A bot that is not ready yet is awaited outside of the queue: a stop must not wait for it.
  await readyProcess(instance);
  return instance.enqueue(async () => {
    const process = await readyProcess(instance);
    const read = readChecked(instance);
    const { loaded } = read;
    const note = await instance.around.judgeReload(loaded, process.status);
    if (note !== null) instance.log.warn(textOfNote(note));
    const changed = changedKeys(instance.loaded?.config ?? null, loaded.config);
    const runs = process.external ? 'program' : 'bot';
    const wanted = loaded.program === null ? 'bot' : 'program';
    const asked = runs === 'bot' && wanted === 'bot';
    const answer = asked ? await askBot(instance, process) : null;
    const secretsChanged = differ(process.secrets, secretsNow(instance.around, loaded));
    // What an adopted process was started with may be known to nobody here.
    const unknown = process.adopted && answer === null && editedSince(instance, loaded);
    const decision: ReloadDecision = unknown
      ? { kind: 'restart', because: [EDITED] }
      : decideReload({ runs, wanted, changed, secretsChanged, answer });
    if (decision.kind === 'restart') {
      const { because } = decision;
      await refuseHeldPort(instance, process);
      const keys = namesOf(because);
      const restarted = await restartNow(instance, say('reloaded', { keys }));
      const message = say('restarted_for', { keys, outcome: toldBy(restarted) });
      const more = booksWarning(instance, because);
      return { ...withNotes(retold(restarted, message), more), changed: because };
    }
    takeLimits(instance, process, loaded);
    const notes = await keepTaken(instance, read);
    return keptResult(instance, decision.applied, answer, notes);
  });
}

/** Reloads after an edit was seen; false: it could not be tried, and is to be tried again. */
export async function reloadEdited(instance: Instance): Promise<boolean> {
  try {
    await reloadInstance(instance);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof GriddError)) throw thrown;
    const error = thrown.toBody();
    instance.log.warn({ error }, `the edited config was not taken: ${error.message}`);
    return !['INSTANCE_BUSY', 'BOT_UNREACHABLE'].includes(error.code);
  }
}

/** Whatever a start of the file would refuse, before anything is touched. */
function readChecked({ id, around, record }: Instance): ConfigRead {
  around.configSeen(id);
  const read = readInstanceConfig(around.home, id, record);
  around.refuseConflicts(read.loaded, true);
  checkLaunch(around, read.loaded, record);
  return read;
}

/** Whether .env, or a config of which no text was kept, was written after the process started. */
function editedSince({ around, record, logDir }: Instance, loaded: LoadedConfig): boolean {
  const started = Date.parse(record.started_at ?? '');
  const taken = takenOf(record);
  const kept = taken !== null && readTakenText(logDir, taken.sha256) !== null;
  return [around.home.env, ...(kept ? [] : [loaded.file])].some(
    (file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > started,
  );
}

/** Null: a bot of an older gridd, which knows no such request. */
async function askBot(
  instance: Instance,
  process: RunningProcess,
): Promise<ReloadAnswer | null> {
  try {
    return await lineOf(instance, process).request('reload', {}, REQUEST_TIMEOUT_MS);
  } catch (thrown) {
    if (thrown instanceof GriddError && thrown.code === 'BAD_REQUEST') return null;
    throw thrown;
  }
}

function takeLimits(instance: Instance, process: RunningProcess, loaded: LoadedConfig): void {
  instance.loaded = loaded;
  const { misses, next_at } = process.health;
  const soon = freshHealth(instance.around.clock.monotonic(), instance.healthIntervalMs);
  process.health = { misses, next_at: Math.min(next_at, soon.next_at) };
}

/**
 * A restart runs with the text that was just taken, under the start that its books know. Where
 * none was kept so far nobody knows what they have had: the next start keeps one.
 */
async function keepTaken({ record, writer }: Instance, read: ConfigRead): Promise<Note[]> {
  const before = takenOf(record);
  if (before === null || before.sha256 === textDigest(read.text)) return [];
  const notes: Note[] = [];
  const config_taken = keepText(read, before, notes);
  writer.save({ config_taken });
  await writer.attempt();
  return notes;
}

function keptResult(
  instance: Instance,
  applied: readonly string[],
  answer: ReloadAnswer | null,
  notes: readonly Note[],
): Result {
  const { id } = instance;
  const orders = answer?.orders ?? null;
  const { warnings = [], coded = [] } = answer ?? {};
  const told = (one: Result) => withNotes({ ...one, warnings, coded }, notes);
  if (applied.length === 0 && orders === null) {
    // Why an edit changes nothing may stand there: a flag of bot_args that wins over its key.
    return told(done(id, say('unchanged'), { unchanged: true }));
  }
  instance.log.info({ applied }, 'the edited config was taken in place');
  const keys = namesOf(applied);
  const taken =
    orders === null
      ? say('taken_in_place', { keys })
      : say('taken_orders', { keys, ...orders });
  return told(done(id, taken, { changed: applied }));
}

/** Keys of the config as they are, one thing that is no key in words. */
function namesOf(because: readonly string[]): Telling {
  const [first = ''] = because;
  if (because.length !== 1) return because.join(', ');
  return plainSaid(first, ['edited_since', 'variable_changed']);
}

function booksWarning(instance: Instance, because: readonly string[]): Note[] {
  if (!because.includes('daemon_config.db_path')) return [];
  const { db_path } = instance.record;
  return [codedSaid(say('other_books', { path: db_path }))];
}

/** Null where they could not be known: then nothing is said about them. */
function differ(before: readonly string[] | null, now: readonly string[] | null): boolean {
  if (before === null || now === null) return false;
  return before.length !== now.length || before.some((value, index) => value !== now[index]);
}
