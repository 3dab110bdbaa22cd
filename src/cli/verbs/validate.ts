/**
 * `gridd validate FILE…`: everything wrong with config files at once: syntax, keys, variables, the
 * grid itself, and what they claim in common with config/active. Writes nothing and starts
 * nothing.
 */
import { readFileSync } from 'node:fs';
import { EXIT, GriddError, errorBody } from '../../contract/errors.ts';
import type { ErrorBody } from '../../contract/errors.ts';
import { toHome } from '../../platform/paths.ts';
import {
  conflictError,
  convertFlat,
  expandConfig,
  findConflicts,
  readConfigFile,
  readEnvFile,
} from '../../registry/index.ts';
import type { LoadedConfig } from '../../registry/index.ts';
import type { Context } from '../context.ts';
import { exitOf, failureText } from '../failure.ts';
import { checkGrid } from '../grid-design.ts';
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
  readonly errors: readonly ErrorBody[];
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
  const verdicts = files.map((file) => judge(context, file));
  const conflict = conflictOf(context, verdicts);
  tell(context, verdicts, conflict, options.json === true);
  const first = verdicts.flatMap(({ errors }) => errors)[0];
  if (first !== undefined) return exitOf(first);
  return conflict === null ? EXIT.done : exitOf(conflict);
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
    return { file, loaded: null, errors: [errorBody(error)], warnings: [] };
  }
  const errors: ErrorBody[] = [];
  const warnings = [...loaded.warnings];
  // An external program may name what the paper venue does not know: only its config is judged.
  if (loaded.program === null) {
    const grid = checkGrid(loaded.config);
    warnings.push(...grid.warnings);
    if (grid.problems.length > 0) errors.push(gridError(context, file, grid.problems));
  }
  try {
    const variables = { ...context.environment, ...readEnvFile(home) };
    warnings.push(...expandConfig(loaded, variables).warnings);
  } catch (error) {
    errors.push(errorBody(error));
  }
  return { file, loaded, errors, warnings };
}

function gridError(context: Context, file: string, problems: ErrorBody['problems']): ErrorBody {
  const name = toHome(context.home, file);
  return new GriddError('GRID_REFUSED', `The grid of ${name} must not run.`, {
    problems: problems ?? [],
  }).toBody();
}

function conflictOf(context: Context, verdicts: readonly Verdict[]): ErrorBody | null {
  const loaded = verdicts.flatMap((verdict) => verdict.loaded ?? []);
  const conflicts = findConflicts(context.home, loaded);
  return conflicts.length === 0 ? null : conflictError(conflicts).toBody();
}

function tell(
  context: Context,
  verdicts: readonly Verdict[],
  conflict: ErrorBody | null,
  json: boolean,
): void {
  const { terminal, home } = context;
  if (json) {
    const documents = verdicts.map(({ file, loaded, errors, warnings }) => ({
      file: toHome(home, file),
      id: loaded?.id ?? null,
      valid: errors.length === 0,
      errors,
      warnings,
    }));
    tellJson(context, documents);
  }
  for (const { file, loaded, errors, warnings } of verdicts) {
    const name = toHome(home, file);
    if (!json && loaded !== null && errors.length === 0) {
      terminal.out(`${name}: valid (${loaded.id})\n`);
    }
    for (const error of errors) {
      const said = error.message.includes(name) ? '' : `${name}: `;
      terminal.err(failureText({ ...error, message: `${said}${error.message}` }));
    }
    for (const warning of json ? [] : warnings) terminal.err(`warning: ${name}: ${warning}\n`);
  }
  if (conflict !== null) terminal.err(failureText(conflict));
}
