/**
 * A config text judged whole before it is written: what is wrong with it, each fault with its path,
 * what a start would be refused for, and the grid as it would begin. It writes nothing. The code of
 * the exchanges is read when a design is first asked for.
 */
import type { ConfigCheck, DesignView } from '../contract/console-api.ts';
import { ERRORS, GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody, ErrorCode, Problem } from '../contract/errors.ts';
import { codedProblem, codedSaid, warningsIn } from '../contract/said-codes.ts';
import type { CodedText, Note } from '../contract/said-codes.ts';
import { problemSaid, quoted, say } from '../contract/sentences.ts';
import type { Quoted, Said } from '../contract/sentences.ts';
import type { GridCheck } from '../design/index.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import {
  conflictError,
  expandConfig,
  findConflicts,
  loadConfigText,
  readEnvFile,
  refuseExposedEnv,
} from '../registry/index.ts';
import type { LoadedConfig } from '../registry/index.ts';
import { readBooks } from '../store/index.ts';

/** What a check depends on. */
export interface CheckParts {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A verdict; `code`: what a save of it is refused with, null: nothing. */
export interface Verdict {
  readonly code: ErrorCode | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Warnings that have a code. */
  readonly coded: readonly CodedText[];
  readonly loaded: LoadedConfig | null;
}

/** Everything wrong with `text` as the content of `file` (absolute), whose id is to be `id`. */
export function judgeText(parts: CheckParts, id: string, file: string, text: string): Verdict {
  const { home } = parts;
  let loaded: LoadedConfig;
  try {
    refuseOddText(text);
    loaded = loadConfigText(home, file, text);
  } catch (thrown) {
    return refusedWith([thrown], null);
  }
  const faults: unknown[] = [];
  if (loaded.id !== id) {
    const found = { path: 'metadata.instance_id', allowed: id, rule: 'other_id' as const };
    const problems = [{ ...found, ...problemSaid(say('other_id')) }];
    faults.push(new GriddError('INSTANCE_ID_INVALID', `The id is ${id}.`, { problems }));
  }
  const conflicts = findConflicts(home, [loaded]).filter(({ ids }) => ids.includes(loaded.id));
  if (conflicts.length > 0) faults.push(conflictError(conflicts));
  const notes: Note[] = [...loaded.warnings];
  try {
    refuseExposedEnv(home, loaded);
    const variables = { ...parts.environment, ...readEnvFile(home) };
    notes.push(...expandConfig(loaded, variables).warnings);
  } catch (thrown) {
    // What a start needs of the machine may come later; the text is not at fault.
    notes.push(noStartYet(errorBody(thrown)));
  }
  return { ...refusedWith(faults, loaded), ...warningsIn(notes) };
}

/** The warning of a text that may stand, and would not start. */
export function noStartYet(why: Pick<ErrorBody, 'code' | 'message'>): Note {
  return codedSaid(say('no_start_yet', { why: quoted(why) }));
}

/** Text that would come back from the disk as another one. */
function refuseOddText(text: string): void {
  const odd = text.includes('\0') || text.startsWith('\uFEFF');
  if (!odd && Buffer.from(text, 'utf8').toString('utf8') === text) return;
  const message = 'The text holds characters that are no text, or begins with a byte order mark.';
  const problems = [{ path: 'text', ...problemSaid(say('no_plain_text')) }];
  throw new GriddError('CONFIG_SYNTAX', message, { problems });
}

function refusedWith(faults: readonly unknown[], loaded: LoadedConfig | null): Verdict {
  const bodies = faults.map(errorBody);
  const problems = bodies.flatMap(({ problems: listed = [], message }) =>
    listed.length > 0 ? listed : [{ path: '(file)', message }],
  );
  const code = bodies[0]?.code ?? null;
  return { code, problems, warnings: [], coded: [], loaded };
}

/** `verdict` with what stands against the grid; faults on uncertain rules are only warned of. */
export function withDesign(verdict: Verdict, grid: GridCheck | null): Verdict {
  if (grid === null) return verdict;
  const { problems, warnings, certain } = grid;
  const doubts = certain ? [] : problems.map(({ path, message }) => `${path}: ${message}`);
  const doubted = certain ? [] : problems.flatMap((problem) => codedProblem(problem) ?? []);
  const coded = [...verdict.coded, ...grid.coded, ...doubted];
  const told = { ...verdict, warnings: [...verdict.warnings, ...warnings, ...doubts], coded };
  if (!certain || problems.length === 0) return told;
  const code = verdict.code ?? 'GRID_REFUSED';
  return { ...told, code, problems: [...verdict.problems, ...problems] };
}

/** Throws what a verdict is refused with; nothing where it is not. */
export function refuseVerdict({ code, problems }: Verdict, file: string): void {
  if (code === null) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const message = `${file} would have ${count}; nothing was changed.`;
  throw new GriddError(code, message, { problems, hint: ERRORS[code].hint });
}

/** LIVE_UNCONFIRMED where it would trade live for the first time: only a terminal asks for that. */
export function refuseFirstLive({ id, config, dbPath }: LoadedConfig): void {
  if (config.exchange_config.mode !== 'live' || hasBegun(dbPath)) return;
  const message = `${id} would trade live for the first time; nothing was written.`;
  throw new GriddError('LIVE_UNCONFIRMED', message, {
    hint: 'Write it without starting it, then start it with `gridd start ID`, which asks.',
  });
}

function hasBegun(dbPath: string): boolean {
  const books = readBooks(dbPath);
  try {
    return books?.hasBegun() === true && books.binding() !== null;
  } finally {
    books?.close();
  }
}

/** The grid of a config that may be one; null where there is none of ours, or it cannot be told. */
export async function designOf(
  home: Home,
  loaded: LoadedConfig | null,
  now: { readonly price?: string } = {},
): Promise<{ grid: GridCheck | null; note: Said | Quoted | null }> {
  if (loaded === null || loaded.program !== null) return { grid: null, note: null };
  try {
    const { checkGrid } = await import('../design/index.ts');
    return { grid: checkGrid(home, loaded.config, { books: loaded.dbPath, ...now }), note: null };
  } catch (thrown) {
    if (thrown instanceof GriddError) return { grid: null, note: quoted(thrown) };
    const gone = thrown instanceof Error && 'code' in thrown;
    if (!gone || thrown.code !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    return { grid: null, note: say('design_gone') };
  }
}

/** A verdict with its design, as the console shows it. */
export function checkView(
  home: Home,
  file: string,
  verdict: Verdict,
  design: DesignView | null,
): ConfigCheck {
  const { problems, warnings, coded } = verdict;
  return { problems, warnings, coded, file: toHome(home, file), design };
}
