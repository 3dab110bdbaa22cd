/** Configs as somebody edits them: what changes one leaves a line in the history; reading none. */
import type { Actor, ConfigService } from '../contract/console-api.ts';
import { errorBody } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { FleetHistory } from './fleet-history.ts';

/** What came of an edit, as far as the audit tells it. */
interface Outcome {
  readonly version?: number;
  readonly changed?: readonly string[];
  readonly file?: string;
}

/**
 * Wraps what changes configs; answers and errors pass unchanged. Texts are never noted, nor is what
 * the command line wrote: it does so itself, whether a supervisor runs or not.
 */
export function auditedConfigs(
  configs: ConfigService,
  history: Pick<FleetHistory, 'verb'>,
  clock: Clock,
): ConfigService {
  const noted = async <T extends Outcome>(
    verb: string,
    instance: string | null,
    asked: object,
    actor: Actor,
    work: Promise<T>,
  ): Promise<T> => {
    const note = (outcome: string, message: string, after: Outcome | null) =>
      history.verb({
        ...{ at_ms: clock.now(), verb, instance, outcome, message: message.slice(0, 1000) },
        what: JSON.stringify(asked),
        ...actor,
        before: null,
        after: after === null ? null : JSON.stringify(after),
      });
    try {
      const answer = await work;
      const { version, changed, file } = answer;
      note('ok', '', { ...(file === undefined ? { version, changed } : { file }) } as Outcome);
      return answer;
    } catch (thrown) {
      const { code, message } = errorBody(thrown);
      note(code, message, null);
      throw thrown;
    }
  };
  return {
    get mark() {
      return configs.mark;
    },
    list: () => configs.list(),
    archived: () => configs.archived(),
    view: (id) => configs.view(id),
    check: (id, text) => configs.check(id, text),
    versions: (id) => configs.versions(id),
    version: (id, version) => configs.version(id, version),
    templates: () => configs.templates(),
    template: (name, id) => configs.template(name, id),
    schema: () => configs.schema(),
    author: (id, note, actor) => configs.author(id, note, actor),
    create: (request, actor) => {
      const { id, note, start } = request;
      return noted('config new', id, { note, start }, actor, configs.create(request, actor));
    },
    save: (id, request, actor) => {
      const { base_version, note } = request;
      const work = configs.save(id, request, actor);
      return noted('config save', id, { base_version, note }, actor, work);
    },
    rollback: (id, version, note, actor) => {
      const work = configs.rollback(id, version, note, actor);
      return noted('config rollback', id, { version, note }, actor, work);
    },
    archive: (id, actor) => noted('archive', id, {}, actor, configs.archive(id, actor)),
    restore: (file, note, actor) => {
      const work = configs.restore(file, note, actor);
      return noted('config restore', null, { file, note }, actor, work);
    },
  };
}
