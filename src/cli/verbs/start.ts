/**
 * `gridd start`: config files, folders or ids -> running instances. What is wrong with a file is
 * told before a supervisor is started for it; --foreground attaches to the one instance it starts.
 */
import { EXIT, GriddError, errorBody } from '../../contract/errors.ts';
import type { VerbResult } from '../../contract/fleet-api.ts';
import { namedVariables, readConfigFile, readEnvFile } from '../../registry/index.ts';
import type { LoadedConfig } from '../../registry/index.ts';
import { liveStart } from '../check/live-start.ts';
import type { Context } from '../context.ts';
import { awayText } from '../endpoint.ts';
import { ensureSupervisor } from '../ensure-supervisor.ts';
import { exitOfThrown, thrownText } from '../failure.ts';
import { attach, openAttachment } from '../foreground.ts';
import { tellResults } from '../results.ts';
import { selectTargets } from '../select.ts';
import type { Selection, Target } from '../select.ts';

export interface StartOptions {
  readonly fresh?: boolean;
  readonly foreground?: boolean;
  readonly json?: boolean;
  /** To first live starts. */
  readonly yes?: boolean;
  readonly adopt?: boolean;
  readonly ignore?: boolean;
}

/** Starts what was selected; a folder or --all leaves what runs already as it is. */
export async function start(
  context: Context,
  selection: Selection,
  options: StartOptions,
): Promise<number> {
  const targets = selectTargets(context, selection);
  const { fresh = false, foreground = false, json = false } = options;
  if (foreground && (targets.length !== 1 || json)) {
    throw new GriddError('USAGE', '--foreground goes with exactly one instance, without --json.');
  }
  const { loaded, faults } = readAll(context, targets);
  if (loaded.length === 0) return tellFaults(context, faults, json);
  tellShellVariables(context, loaded);
  const live = await liveStart(context, loaded, options);
  const { client } = await ensureSupervisor(context);
  context.terminal.err(awayText(context.home));
  const named = selection.all !== true && targets.length === selectedCount(selection);
  const attachment = foreground ? openAttachment(loaded) : null;
  const results = await client.post<readonly VerbResult[]>('/api/instances/start', {
    targets,
    fresh,
    ...(live === null ? {} : { live }),
    allow_running: !named,
  });
  const exit = tellResults(context, results, json);
  const [first] = results;
  if (attachment === null || first === undefined || exit !== EXIT.done) return exit;
  return attach(context, client, first.id, attachment);
}

/**
 * Words and files the user gave: a folder counts as one, so that its files were not named one by
 * one.
 */
function selectedCount({ ids, config = [] }: Selection): number {
  return Math.max(1, ids.length + config.length);
}

function readAll(
  context: Context,
  targets: readonly Target[],
): { loaded: LoadedConfig[]; faults: unknown[] } {
  const loaded: LoadedConfig[] = [];
  const faults: unknown[] = [];
  for (const { config_file: file, instance_id: instanceId } of targets) {
    try {
      const options = instanceId === undefined ? {} : { instanceId };
      loaded.push(readConfigFile(context.home, file, options));
    } catch (error) {
      faults.push(error);
    }
  }
  return { loaded, faults };
}

function tellFaults(context: Context, faults: readonly unknown[], json: boolean): number {
  if (json) throw joined(faults);
  for (const fault of faults) context.terminal.err(thrownText(fault));
  return exitOfThrown(faults[0]);
}

/** The faults of several files as the one error that a reader of JSON expects. */
function joined(faults: readonly unknown[]): unknown {
  if (faults.length === 1) return faults[0];
  const bodies = faults.map(errorBody);
  const problems = bodies.flatMap(({ message, problems: own = [] }) => [
    { path: '', message },
    ...own,
  ]);
  const code = bodies[0]?.code ?? 'INTERNAL';
  return new GriddError(code, `None of ${faults.length} configs can be started.`, { problems });
}

/** A bot reads .env, never the caller's shell: who relies on the shell is told so. */
function tellShellVariables(context: Context, loaded: readonly LoadedConfig[]): void {
  const inFile = readEnvFile(context.home);
  for (const config of loaded) {
    const only = namedVariables(config).filter(
      (name) => context.environment[name] !== undefined && inFile[name] === undefined,
    );
    if (only.length === 0) continue;
    const names = only.join(', ');
    context.terminal.err(
      `note: ${config.id} names ${names}, set in this shell but not in .env; ` +
        `the bot reads .env, not your shell\n`,
    );
  }
}
