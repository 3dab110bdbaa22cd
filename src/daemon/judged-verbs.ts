/**
 * Verbs that let a grid begin or grow, once the limit of its account allows them; what could not be
 * judged goes with the answer as a warning.
 */
import type { RegistryRecord, VerbResult } from '../contract/fleet-api.ts';
import type { AdjustAnswer, AdjustRequest } from '../contract/instance-api.ts';
import { withNotes } from '../contract/said-codes.ts';
import type { Home } from '../platform/paths.ts';
import type { LoadedConfig } from '../registry/index.ts';
import type { AccountLimit, LimitWarning } from './account-limit.ts';
import { checkLaunch } from './bot-process.ts';
import { adjustGrid, restartInstance, startInstance } from './instance-verbs.ts';
import type { StartWish } from './instance-verbs.ts';
import type { Instance } from './instance.ts';

type Result = Omit<VerbResult, 'row'>;

/** Starts an instance from `loaded`; ACCOUNT_LOSS. */
export function judgedStart(
  limit: AccountLimit,
  instance: Instance,
  loaded: LoadedConfig,
  wish: StartWish,
): Promise<Result> {
  // What runs already is told so by the start itself.
  if (instance.process !== null) return startInstance(instance, wish);
  return begun(limit, instance, loaded, () => startInstance(instance, wish));
}

/** What a start that is only thought of is judged with. */
export interface StartJudges {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limit: Pick<AccountLimit, 'judgeStart'>;
  /** Throws CONFIG_CONFLICT where another instance has what it claims. */
  refuseConflicts(loaded: LoadedConfig): void;
}

/**
 * Throws what a start of `loaded` is certain to be refused with, consent to trade live left aside;
 * nothing is started or kept. What only its bot finds out is not known here.
 */
export async function refuseStart(
  judges: StartJudges,
  loaded: LoadedConfig,
  record: RegistryRecord,
): Promise<void> {
  const { home, environment, limit } = judges;
  judges.refuseConflicts(loaded);
  checkLaunch({ home, environment }, loaded, record);
  await limit.judgeStart(loaded);
}

/** Restarts an instance, or starts a stopped one; ACCOUNT_LOSS. */
export async function judgedRestart(limit: AccountLimit, instance: Instance): Promise<Result> {
  const loaded = instance.readConfig();
  const { process } = instance;
  if (process === null) return begun(limit, instance, loaded, () => restartInstance(instance));
  const note = await limit.beforeReload(loaded, process.status);
  return withNote(await restartInstance(instance), note);
}

/** Adjusts a grid; ACCOUNT_LOSS where that enlarges it too much. */
export async function judgedAdjust(
  limit: AccountLimit,
  instance: Instance,
  request: AdjustRequest,
  key: string | null,
): Promise<AdjustAnswer> {
  const note = await adjustAllowed(limit, instance, request);
  const answer = await adjustGrid(instance, request, key);
  return withNote(answer, note);
}

/** Judges an adjust before it is done; ACCOUNT_LOSS. */
export async function adjustAllowed(
  limit: AccountLimit,
  { loaded, process }: Instance,
  request: AdjustRequest,
): Promise<LimitWarning> {
  // What it would do may be looked at, whatever an account is allowed.
  if (loaded === null || request.dry_run === true) return null;
  return limit.beforeAdjust(loaded, process?.status ?? null, request);
}

async function begun(
  limit: AccountLimit,
  { id }: Instance,
  loaded: LoadedConfig,
  work: () => Promise<Result>,
): Promise<Result> {
  const note = await limit.beforeStart(loaded);
  try {
    return withNote(await work(), note);
  } catch (thrown) {
    limit.release(id);
    throw thrown;
  }
}

function withNote<T extends Result | AdjustAnswer>(answer: T, note: LimitWarning): T {
  return withNotes(answer, note === null ? [] : [note]);
}
