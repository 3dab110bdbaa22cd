/**
 * `gridd validate FILE…`: everything wrong with config files at once: syntax, keys, variables, the
 * grid itself, and what they claim in common with config/active. Writes nothing and starts
 * nothing.
 */
import { readFileSync } from 'node:fs';
import { EXIT, GriddError, errorBody } from '../../contract/errors.ts';
import type { ErrorBody } from '../../contract/errors.ts';
import { textOfNote } from '../../contract/said-codes.ts';
import type { Note } from '../../contract/said-codes.ts';
import { toHome } from '../../platform/paths.ts';
import {
  conflictError,
  convertFlat,
  expandConfig,
  findConflicts,
  readConfigFile,
  readEnvFile,
  refuseExposedEnv,
  refuseOpenAddress,
} from '../../registry/index.ts';
import type { Conflict, LoadedConfig } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { exitOf, failureText } from '../failure.ts';
import { checkGrid } from '../../design/index.ts';
import { tellJson } from '../results.ts';
import { configFiles } from '../select.ts';

export interface ValidateOptions {
  readonly convert?: boolean;
  readonly json?: boolean;
}

/** One file's verdict. */
interface Verdict {
  readonly file: string;
  readonly loaded: LoadedConfig | null;
  /** What is wrong with the file by itself. */
  readonly errors: readonly ErrorBody[];
  /** What it has in common with others; null: nothing. */
  readonly conflict: ErrorBody | null;
  readonly warnings: readonly string[];
}

/**
 * Checks files and folders; none named: config/active. Exit 2 for a faulty file, 4 for a conflict.
 */
export async function validate(
  context: Context,
  paths: readonly string[],
  options: ValidateOptions,
): Promise<number> {
  const named = paths.length > 0 ? paths : [context.home.active];
  const files = [...new Set(named.flatMap((path) => configFiles(context, path)))];
  if (options.convert === true) return convert(context, files);
  const judged = files.map((file) => judge(context, file));
  const conflicts = findConflicts(
    context.home,
    judged.flatMap(({ loaded }) => loaded ?? []),
  );
  const verdicts = judged.map((verdict) => withConflicts(context, verdict, conflicts));
  tell(context, verdicts, conflicts, options.json === true);
  const first = judged.flatMap(({ errors }) => errors)[0];
  if (first !== undefined) return exitOf(first);
  return conflicts.length === 0 ? EXIT.done : exitOf(conflictError(conflicts).toBody());
}

function convert(context: Context, files: readonly string[]): number {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new GriddError('USAGE', '--convert takes one file and prints its new form.');
  }
  context.terminal.out(convertFlat(readFileSync(file, 'utf8'), toHome(context.home, file)));
  return EXIT.done;
}

function judge(context: Context, file: string): Verdict {
  const { home } = context;
  let loaded: LoadedConfig;
  try {
    loaded = readConfigFile(home, file);
  } catch (error) {
    return { file, loaded: null, errors: [errorBody(error)], conflict: null, warnings: [] };
  }
  const errors: ErrorBody[] = [];
  const notes: Note[] = [...loaded.warnings];
  // An external program may name what the paper venue does not know: only its config is judged.
  if (loaded.program === null) {
    const grid = checkGrid(home, loaded.config);
    notes.push(...grid.warnings);
    if (grid.problems.length > 0) errors.push(gridError(context, file, grid.problems));
  }
  try {
    refuseExposedEnv(home, loaded);
    refuseOpenAddress(home, loaded);
    const variables = { ...context.environment, ...readEnvFile(home) };
    notes.push(...expandConfig(loaded, variables).warnings);
  } catch (error) {
    errors.push(errorBody(error));
  }
  return { file, loaded, errors, conflict: null, warnings: notes.map(textOfNote) };
}

function gridError(context: Context, file: string, problems: ErrorBody['problems']): ErrorBody {
  const name = toHome(context.home, file);
  return new GriddError('GRID_REFUSED', `The grid of ${name} must not run.`, {
    problems: problems ?? [],
  }).toBody();
}

/** A file that claims what another has must not start: that is part of its verdict. */
function withConflicts(
  context: Context,
  verdict: Verdict,
  conflicts: readonly Conflict[],
): Verdict {
  const name = toHome(context.home, verdict.file);
  const mine = conflicts.filter(({ files }) => files.includes(name));
  return mine.length === 0 ? verdict : { ...verdict, conflict: conflictError(mine).toBody() };
}

function tell(
  context: Context,
  verdicts: readonly Verdict[],
  conflicts: readonly Conflict[],
  json: boolean,
): void {
  const { terminal, home } = context;
  if (json) {
    const documents = verdicts.map(({ file, loaded, errors, conflict, warnings }) => ({
      file: toHome(home, file),
      id: loaded?.id ?? null,
      valid: errors.length === 0 && conflict === null,
      errors: [...errors, ...(conflict === null ? [] : [conflict])],
      warnings,
    }));
    tellJson(context, documents);
  }
  for (const { file, loaded, errors, conflict, warnings } of verdicts) {
    const name = toHome(home, file);
    if (!json && loaded !== null && errors.length === 0) {
      const verdict = conflict === null ? 'valid' : 'conflicts with another config';
      terminal.out(`${name}: ${verdict} (${loaded.id})\n`);
    }
    for (const error of errors) {
      const said = error.message.includes(name) ? '' : `${name}: `;
      terminal.err(failureText({ ...error, message: `${said}${error.message}` }));
    }
    for (const warning of json ? [] : warnings) terminal.err(`warning: ${name}: ${warning}\n`);
  }
  if (conflicts.length > 0) terminal.err(failureText(conflictError(conflicts).toBody()));
}
