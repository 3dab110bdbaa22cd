/**
 * Configs as the console reads and edits them. Nothing is written that does not validate whole,
 * that was not made from the present version, or that changes a key which is read-only over HTTP;
 * what is written has its version, and the instance takes it as `gridd reload` would.
 */
import { join } from 'node:path';
import type {
  Actor,
  ConfigArchived,
  ConfigCheck,
  ConfigSaved,
  ConfigService,
  ConfigSummary,
  ConfigVersion,
  ConfigVersionText,
  ConfigView,
  NewConfig,
  SaveConfig,
  TemplateSummary,
  TemplateView,
} from '../contract/console-api.ts';
import { GriddError } from '../contract/errors.ts';
import type { Problem } from '../contract/errors.ts';
import { isInstanceId } from '../contract/instance-config.ts';
import type { FleetService, VerbResult } from '../contract/fleet-api.ts';
import { noteOf, textOfNote, warningsIn } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { problemSaid, say, sentenceOf } from '../contract/sentences.ts';
import { toHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import {
  archiveInstance,
  archivedConfig,
  archivedFiles,
  bringBack,
  checkInstanceId,
  guardedFormSchema,
  guardedNewProblems,
  guardedProblems,
  isLink,
  readConfigText,
  readOnlyError,
  unmasked,
} from '../registry/index.ts';
import type { ConfigRoot, LoadedConfig, Registry } from '../registry/index.ts';
import {
  checkView,
  designOf,
  judgeText,
  noStartYet,
  refuseFirstLive,
  refuseVerdict,
  withDesign,
} from './config-check.ts';
import type { Verdict } from './config-check.ts';
import { templateRoots, templateSummaries, templateView } from './config-templates.ts';
import type { ActiveConfig, Author, ConfigVersions } from './config-versions.ts';
import { told, toldNew } from './edit-outcome.ts';
import { rootOf, shownText, summaryOf, versionTextView, versionView } from './config-views.ts';

export interface ConfigDeskParts {
  readonly home: Home;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly versions: ConfigVersions;
  readonly registry: Pick<Registry, 'update'>;
  /** Throws ACCOUNT_LOSS where the grid that runs from its file would grow too large by `next`. */
  judgeEdit(next: LoadedConfig): Promise<unknown>;
  /** Throws what a start from its file would be refused with at this moment, were it `next`. */
  judgeStart(next: LoadedConfig): Promise<void>;
  /** The fleet as whoever acts moves it. */
  fleet(actor: Actor): Pick<FleetService, 'list' | 'reload' | 'start'>;
}

/** A text on its way into a file, secrets put back. */
interface Draft {
  readonly text: string;
  /** Masks that stand for nothing. */
  readonly strange: readonly Problem[];
  /** Changes of read-only keys. */
  readonly guarded: readonly Problem[];
  readonly verdict: Verdict;
}

export class ConfigDesk implements ConfigService {
  readonly #parts: ConfigDeskParts;

  constructor(parts: ConfigDeskParts) {
    this.#parts = parts;
  }

  get mark(): number {
    return this.#parts.versions.mark;
  }

  list(): ConfigSummary[] {
    const { home, versions } = this.#parts;
    return versions.look().map((one) => {
      const { problems } = judgeText(this.#parts, one.id, one.file, one.text);
      return summaryOf(home, 'active', one, problems.length);
    });
  }

  archived(): ConfigSummary[] {
    const { home, versions } = this.#parts;
    return archivedFiles(home).flatMap(({ id, file }) => {
      const text = textOf(file);
      if (text === null) return [];
      const { problems } = judgeText(this.#parts, id, this.#fileOf(id), text);
      const version = versions.newest(id);
      return [summaryOf(home, 'archived', { id, file, text, version }, problems.length)];
    });
  }

  view(id: string): ConfigView {
    const { home } = this.#parts;
    const found = this.#parts.versions.find(id);
    const { problems } = judgeText(this.#parts, id, found.file, found.text);
    const summary = summaryOf(home, 'active', found, problems.length);
    return { ...summary, ...shownText(home, found.file, found.text) };
  }

  async check(id: string | null, text: string): Promise<ConfigCheck> {
    const { home } = this.#parts;
    const present = id === null ? null : this.#parts.versions.find(id);
    const name = id ?? this.#idIn(text);
    const file = present?.file ?? this.#fileOf(name);
    const draft = present === null ? this.#newDraft(name, text) : this.#draft(present, text);
    const { grid, note } = await designOf(home, draft.verdict.loaded);
    const whole = withDesign(draft.verdict, grid);
    const own = [...draft.strange, ...draft.guarded, ...whole.problems];
    // A text with faults of its own becomes no grid.
    const judged = own.length === 0 && present !== null;
    const problems = judged ? await this.#overLimit(draft.verdict) : own;
    const unstartable = problems.length === 0 ? await this.#startRefusal(draft.verdict) : null;
    const notes = [note === null ? null : noteOf(note), unstartable].filter((one) => one !== null);
    const more = warningsIn(notes.filter((one) => !whole.warnings.includes(textOfNote(one))));
    const warnings = [...new Set(whole.warnings), ...more.warnings];
    const coded = [...whole.coded, ...more.coded];
    return checkView(home, file, { ...whole, problems, warnings, coded }, grid?.view ?? null);
  }

  async save(id: string, request: SaveConfig, actor: Actor): Promise<ConfigSaved> {
    const prepare = () => {
      const present = this.#presentAs(id, request.base_version);
      return { present, draft: this.#draft(present, request.text) };
    };
    const first = prepare();
    await this.#refuseEdit(first.draft, first.present.file);
    // Whoever was first meanwhile has made another version: this one is told.
    const { present, draft } = prepare();
    return this.#replace(present, draft.text, actor, request.note);
  }

  async rollback(id: string, version: number, note: string, actor: Actor): Promise<ConfigSaved> {
    const { versions } = this.#parts;
    const { text } = versions.one(id, version);
    const first = this.#present(id);
    await this.#refuseEdit(this.#wholeDraft(first, text), first.file);
    const present = this.#presentAs(id, first.version.version);
    const why = note === '' ? sentenceOf(say('back_to_version', { version })) : note;
    return this.#replace(present, text, actor, why);
  }

  async create(request: NewConfig, actor: Actor): Promise<ConfigSaved> {
    const { id, note, start } = request;
    checkInstanceId(id, 'given');
    const file = this.#fileOf(id);
    const draft = this.#newDraft(id, request.text);
    await this.#refuse(draft, file);
    const { loaded } = draft.verdict;
    // Refused while nothing is written yet: the draft is still the user's to change.
    this.#refuseTaken(id, file);
    if (start && loaded !== null) {
      refuseFirstLive(loaded);
      await this.#parts.judgeStart(loaded);
    }
    const author = authorOf(actor, note === '' ? sentenceOf(say('new_config')) : note);
    const { version, changed } = this.#create(id, file, draft.text, author);
    const started = start ? await this.#start(file, actor) : null;
    const name = toHome(this.#parts.home, file);
    return { version, changed, applied: started === null ? null : toldNew(started, name) };
  }

  versions(id: string): ConfigVersion[] {
    checkInstanceId(id, 'given');
    return this.#parts.versions.all(id).map(versionView);
  }

  version(id: string, version: number): ConfigVersionText {
    checkInstanceId(id, 'given');
    const { home, versions } = this.#parts;
    return versionTextView(home, this.#fileOf(id), versions.one(id, version));
  }

  async archive(id: string, actor: Actor): Promise<ConfigArchived> {
    const { home, versions, registry } = this.#parts;
    const row = this.#parts.fleet(actor).list().find((one) => one.id === id);
    if (row !== undefined && (row.pid !== null || row.desired === 'running')) {
      throw new GriddError('INSTANCE_RUNNING', `${id} is not stopped (state ${row.state}).`, {
        hint: 'Stop it first.',
      });
    }
    versions.find(id);
    const { to } = await archiveInstance(home, id, registry);
    versions.moved();
    return { id, file: toHome(home, to) };
  }

  async restore(name: string, note: string, actor: Actor): Promise<ConfigSaved> {
    const { home, versions } = this.#parts;
    const back = archivedConfig(home, name);
    const { id, text, to: file } = back;
    const kept = versions.newest(id);
    const known = kept === null ? null : rootOf(kept.text, file);
    const draft = this.#newDraft(id, text, { whole: true, known });
    await this.#refuse(draft, file);
    const why = note === '' ? sentenceOf(say('back_from', { file: name })) : note;
    const author = authorOf(actor, why);
    const move = () => bringBack(home, back);
    const { version, changed } = versions.comeBack(id, file, text, author, move);
    return { version, changed, applied: null };
  }

  templates(): TemplateSummary[] {
    return templateSummaries(this.#parts.home);
  }

  template(name: string, id: string | null): TemplateView {
    return templateView(this.#parts.home, name, id);
  }

  schema(): unknown {
    return guardedFormSchema();
  }

  author(id: string, note: string, actor: Actor): ConfigVersion | null {
    const named = this.#parts.versions.author(id, { ...authorOf(actor, note), origin: 'cli' });
    return named === null ? null : versionView(named);
  }

  #fileOf(id: string): string {
    return join(this.#parts.home.active, `${id}.json`);
  }

  /** The present file with its version; HISTORY_UNWRITABLE where none can be kept. */
  #present(id: string): ActiveConfig & { readonly version: { readonly version: number } } {
    const found = this.#parts.versions.find(id);
    const { version, file } = found;
    if (version === null) {
      throw new GriddError('HISTORY_UNWRITABLE', 'Versions of configs cannot be kept at present.');
    }
    if (isLink(file)) {
      const name = toHome(this.#parts.home, file);
      throw readOnlyError([{ path: '(file)', ...problemSaid(say('is_link')) }], name);
    }
    return { ...found, version };
  }

  #presentAs(id: string, base: number): ActiveConfig {
    const present = this.#present(id);
    const { version } = present;
    if (version.version === base) return present;
    const message = `Version ${base} was edited, but the present one is ${version.version}.`;
    const told = problemSaid(say('not_present_version'));
    const problem = { path: 'base_version', ...told, found: base };
    throw new GriddError('CONFIG_CHANGED', message, {
      problems: [{ ...problem, allowed: String(version.version) }],
    });
  }

  #draft(present: ActiveConfig, given: string): Draft {
    const { text, problems } = restored(given, present.text, present.file);
    return { ...this.#wholeDraft(present, text), strange: problems };
  }

  #wholeDraft({ id, file, text: before }: ActiveConfig, text: string): Draft {
    const roots = [rootOf(before, file), rootOf(text, file)] as const;
    const guarded = roots[1] === null ? [] : guardedProblems(roots[0] ?? {}, roots[1], file);
    // What cannot be read cannot be compared, and what it holds must not be lost.
    const noJson = { path: '(file)', ...problemSaid(say('no_json_now')) };
    const broken = roots[0] === null ? [noJson] : [];
    const verdict = judgeText(this.#parts, id, file, text);
    return { text, strange: [], guarded: [...broken, ...guarded], verdict };
  }

  /** `known`: what it may hold of guarded keys, where that is known; `whole`: it has no masks. */
  #newDraft(
    id: string,
    given: string,
    { whole = false, known = null }: { whole?: boolean; known?: ConfigRoot | null } = {},
  ): Draft {
    const file = this.#fileOf(id);
    const plain = whole ? { text: given, problems: [] } : restored(given, null, file);
    const root = rootOf(plain.text, file);
    const guarded =
      known === null
        ? guardedNewProblems(id, root ?? {}, templateRoots(this.#parts.home), file)
        : guardedProblems(known, root ?? {}, file);
    const verdict = judgeText(this.#parts, id, file, plain.text);
    return { text: plain.text, strange: plain.problems, guarded, verdict };
  }

  async #refuse(draft: Draft, file: string): Promise<void> {
    const { home } = this.#parts;
    const { strange, guarded, verdict } = draft;
    const name = toHome(home, file);
    if (guarded.length > 0) throw readOnlyError(guarded, name);
    const masks = strange.length > 0 ? ('CONFIG_INVALID' as const) : verdict.code;
    const problems = [...strange, ...verdict.problems];
    const { grid } = await designOf(home, verdict.loaded);
    refuseVerdict(withDesign({ ...verdict, code: masks, problems }, grid), name);
  }

  /** As `#refuse`, and what the limit of its account refuses to the grid that runs. */
  async #refuseEdit(draft: Draft, file: string): Promise<void> {
    await this.#refuse(draft, file);
    const { loaded } = draft.verdict;
    if (loaded !== null) await this.#parts.judgeEdit(loaded);
  }

  /** What the limit of its account has against the grid that would run. */
  async #overLimit({ loaded }: Verdict): Promise<readonly Problem[]> {
    try {
      if (loaded !== null) await this.#parts.judgeEdit(loaded);
      return [];
    } catch (thrown) {
      if (thrown instanceof GriddError) return thrown.problems;
      throw thrown;
    }
  }

  /** What a start of it would be refused for now; a text may wait for its time. */
  async #startRefusal({ loaded }: Verdict): Promise<Note | null> {
    try {
      if (loaded !== null) await this.#parts.judgeStart(loaded);
      return null;
    } catch (thrown) {
      if (thrown instanceof GriddError) return noStartYet(thrown);
      throw thrown;
    }
  }

  async #replace(
    present: ActiveConfig,
    text: string,
    actor: Actor,
    note: string,
  ): Promise<ConfigSaved> {
    const { id, version } = present;
    const same = { version: version?.version ?? 0, changed: [], applied: null };
    if (text === present.text) return same;
    const saved = this.#parts.versions.replace(present, text, authorOf(actor, note));
    const fleet = this.#parts.fleet(actor);
    const row = fleet.list().find((one) => one.id === id);
    const runs = row !== undefined && row.pid !== null && this.#isOwn(present, row.config_file);
    const [taken = null] = runs ? await fleet.reload([id]) : [];
    const name = toHome(this.#parts.home, present.file);
    const versions = { stands: saved.version, before: same.version };
    const applied = taken === null || !runs ? null : told(taken, row, name, versions);
    return { version: saved.version, changed: saved.changed, applied };
  }

  /** An instance may have been started from another file under the same id. */
  #isOwn({ file }: ActiveConfig, config_file: string): boolean {
    return toHome(this.#parts.home, file) === config_file;
  }

  #create(id: string, file: string, text: string, author: Author) {
    this.#refuseTaken(id, file);
    return this.#parts.versions.create(id, file, text, author);
  }

  #refuseTaken(id: string, file: string): void {
    const present = this.#parts.versions.look();
    const taken = present.find((one) => one.id === id || one.file === file);
    if (taken === undefined) return;
    const name = toHome(this.#parts.home, taken.file);
    throw new GriddError('FILE_EXISTS', `The instance ${id} exists already: ${name}.`);
  }

  async #start(config_file: string, actor: Actor): Promise<VerbResult | null> {
    const [result = null] = await this.#parts.fleet(actor).start({ targets: [{ config_file }] });
    return result;
  }

  /** The id that a text for a new instance has chosen so far. */
  #idIn(text: string): string {
    const metadata = rootOf(text, 'new.json')?.['metadata'];
    const named = typeof metadata === 'object' && metadata !== null && 'instance_id' in metadata;
    const id = named ? String(metadata.instance_id) : 'new';
    return isInstanceId(id) ? id : 'new';
  }
}

function authorOf({ who, from }: Actor, note: string): Author {
  return { who, origin: from.startsWith('cli') ? 'cli' : 'console', note };
}

/** As `unmasked`; of what is no JSON the verdict will complain. */
function restored(given: string, base: string | null, file: string): ReturnType<typeof unmasked> {
  try {
    return unmasked(given, base, file);
  } catch (thrown) {
    if (thrown instanceof GriddError) return { text: given, problems: [] };
    throw thrown;
  }
}

function textOf(file: string): string | null {
  try {
    return readConfigText(file);
  } catch {
    return null;
  }
}
