/**
 * One config file, read and checked whole: JSONC text, the older flat form, bot_args, schema,
 * places and checks across keys. Returns a usable config or throws with every problem found; it
 * writes nothing and expands no variable.
 */
import { resolve } from 'node:path';
import { ERRORS, GriddError } from '../contract/errors.ts';
import type { ErrorCode, Problem } from '../contract/errors.ts';
import { codedSaid } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import type { Home } from '../platform/paths.ts';
import { applyBotArgs } from './bot-args.ts';
import { checkAcross } from './config-checks.ts';
import { claimedPlaces, findProgram, placeProblems } from './config-places.ts';
import type { FoundProgram } from './config-places.ts';
import { isConfig, isMissingGrid, validateConfig } from './config-schema.ts';
import type { CodedProblem } from './config-schema.ts';
import { flatPath, isFlat, toFourParts } from './flat-format.ts';
import { checkInstanceId, claimedId, idSource } from './instance-id.ts';
import { isRecord, parseJsonc, readConfigText } from './jsonc-text.ts';
import { claimedMarket } from './live-checks.ts';
import type { LoadedConfig } from './loaded-config.ts';

/** `instanceId`: from --instance-id. `template`: files that the config names need not exist. */
export interface ReadOptions {
  readonly instanceId?: string;
  readonly template?: boolean;
}

/**
 * Reads the config at `file` (from the home where relative). Throws CONFIG_NOT_FOUND,
 * CONFIG_SYNTAX, INSTANCE_ID_INVALID, or CONFIG_INVALID with all problems; where all problems are
 * of one kind with its own code (VENUE_UNKNOWN, HOST_REFUSED, SECRET_IN_CONFIG,
 * REPLAY_FILE, PROGRAM_MISSING), that code.
 */
export function readConfigFile(home: Home, file: string, options: ReadOptions = {}): LoadedConfig {
  const absolute = resolve(home.folder, file);
  return loadConfigText(home, absolute, readConfigText(absolute), options);
}

/** The same for text that is, or will be, the content of `file` (absolute). */
export function loadConfigText(
  home: Home,
  file: string,
  text: string,
  options: ReadOptions = {},
): LoadedConfig {
  const value = parseJsonc(text, file);
  if (!isRecord(value)) {
    const allowed = '{ … } with four parts';
    throw invalid(file, [{ path: '(file)', message: 'is no object', allowed, rule: 'wrong_kind' }]);
  }
  const flat = isFlat(value);
  const root = flat ? toFourParts(value) : value;
  const id = claimedId(root, file, options.instanceId);
  if (id !== null) checkInstanceId(id, idSource(root, file, options.instanceId));

  const found = findProgram(home, root);
  const applied = found.program === null ? applyBotArgs(root) : NO_ARGS;
  const named = (problem: CodedProblem) => {
    const flag = applied.origins.get(problem.path);
    const path = flag === undefined ? problem.path : `daemon_config.bot_args ${flag}`;
    return { ...problem, path: flat ? flatPath(path) : path };
  };
  const external = found.program !== null;
  if (external) root['strategy_config'] ??= {};
  const faults = validateConfig(root, external);
  const problems: CodedProblem[] = [...applied.problems, ...faults].map(named);
  const checks = checkAcross(root, { home, found, template: options.template === true });
  const places = claimedPlaces(home, root, id ?? 'unnamed');
  const further = [...checks.problems, ...placeProblems(home, places)].map(named);
  // A key that is already faulty by itself needs no second sentence.
  const faulty = new Set(problems.map(({ path }) => path));
  problems.push(...further.filter(({ path }) => !faulty.has(path)));
  if (found.declared && !external && faults.some(isMissingGrid)) problems.push(noProgram(found));
  const usable = isConfig(root, external);
  if (problems.length > 0 || id === null || !usable) throw invalid(file, problems);
  const note = codedSaid(say('flat_format', { file }));
  return {
    id,
    file,
    config: root,
    logDir: places.logDir,
    dbPath: places.dbPath,
    webPort: root.daemon_config.web_port ?? null,
    market: external ? null : claimedMarket(root),
    program: found.program,
    programDeclared: found.declared,
    warnings: [...(flat ? [note] : []), ...applied.warnings, ...checks.warnings],
  };
}

const NO_ARGS: ReturnType<typeof applyBotArgs> = { problems: [], warnings: [], origins: new Map() };

/** Why a config that was complete for its program is none for the built-in bot. */
function noProgram({ script }: FoundProgram): CodedProblem {
  const message = 'does not exist, and the built-in bot in its place needs a grid';
  return { path: 'daemon_config.script_path', message, found: script, rule: 'program' };
}

function invalid(file: string, coded: readonly CodedProblem[]): GriddError {
  const problems: Problem[] = coded.map(({ code: _code, ...problem }) => problem);
  const [first] = coded;
  const sole = soleCode(coded);
  if (sole !== null && first !== undefined) {
    const message = `${file}: ${first.path} ${first.message}.`;
    return new GriddError(sole, message, { problems, hint: ERRORS[sole].hint });
  }
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new GriddError('CONFIG_INVALID', `${file} has ${count}.`, { problems });
}

function soleCode(problems: readonly CodedProblem[]): ErrorCode | null {
  const codes = new Set(problems.map(({ code }) => code));
  const [code] = codes;
  return codes.size === 1 && code !== undefined ? code : null;
}
