/**
 * What the console is handed: the fleet as whoever asks moves it, and what is shown beside it. A
 * start takes ids only, and of these only configs of config/active.
 */
import type {
  Actor,
  ConsoleService,
  FindingView,
  StartByIds,
} from '../contract/console-api.ts';
import { GriddError, errorBody } from '../contract/errors.ts';
import type { FleetService, StartRequest, VerbResult } from '../contract/fleet-api.ts';
import type { Clock } from '../platform/clock.ts';
import { fromHome, isInside } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { findActiveFile } from '../registry/index.ts';
import type { Registry } from '../registry/index.ts';
import { auditedFleet } from './audited-fleet.ts';
import type { FleetHistory } from './fleet-history.ts';
import type { FleetView } from './fleet-view.ts';

export interface ConsoleServiceParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly fleet: FleetService;
  readonly view: FleetView;
  readonly registry: Registry;
  readonly history: FleetHistory;
  doctor(): Promise<readonly FindingView[]>;
}

type Target = StartRequest['targets'][number];

/** The console's side of a supervisor. */
export function consoleService(parts: ConsoleServiceParts): ConsoleService {
  const { fleet, view, history, clock } = parts;
  const as = (actor: Actor) => auditedFleet(fleet, history, clock, actor);
  return {
    as,
    start: (request, actor) => startByIds(parts, as(actor), request),
    topics: () => view.topics(),
    subscribe: (listener) => view.subscribe(listener),
    audit: (query) => history.auditLines(query),
    exits: (limit) => history.allExits(limit),
    doctor: () => parts.doctor(),
  };
}

async function startByIds(
  parts: ConsoleServiceParts,
  fleet: FleetService,
  { ids, fresh = false, allow_running = false }: StartByIds,
): Promise<readonly VerbResult[]> {
  const distinct = [...new Set(ids)];
  const found = distinct.map((id) => ({ id, target: targetOf(parts, id) }));
  const targets = found.flatMap(({ target }) => target ?? []);
  const results =
    targets.length === 0 ? [] : await fleet.start({ targets, fresh, allow_running });
  const queue = [...results];
  const answer = (target: Target | null) => (target === null ? undefined : queue.shift());
  return found.map(({ id, target }) => answer(target) ?? absent(id));
}

/** The config of an instance, by which it is started; null: config/active has none of that id. */
function targetOf({ home, registry }: ConsoleServiceParts, id: string): Target | null {
  const { instances } = registry.read();
  const record = Object.hasOwn(instances, id) ? instances[id] : undefined;
  if (record !== undefined) {
    const config_file = fromHome(home, record.config_file);
    if (isInside(home.active, config_file)) {
      return record.instance_id_override ? { config_file, instance_id: id } : { config_file };
    }
  }
  const config_file = findActiveFile(home, id);
  return config_file === null ? null : { config_file };
}

function absent(id: string): VerbResult {
  const sentence = `config/active holds no config of "${id}".`;
  const error = errorBody(new GriddError('INSTANCE_UNKNOWN', sentence));
  return { id, ok: false, message: error.message, error };
}
