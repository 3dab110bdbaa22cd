/**
 * The fleet as somebody moves it: every verb leaves a line in the history, with who gave it and
 * from where, what was asked for and how it came out. Reading leaves none.
 */
import type { Actor } from '../contract/console-api.ts';
import { errorBody } from '../contract/errors.ts';
import type { FleetService, VerbResult } from '../contract/fleet-api.ts';
import type { AdjustAnswer, AdjustRequest, StatusView } from '../contract/instance-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { FleetHistory } from './fleet-history.ts';

/** Wraps the verbs of `fleet` as `actor` gives them; answers and errors pass unchanged. */
export function auditedFleet(
  fleet: FleetService,
  history: Pick<FleetHistory, 'verb'>,
  clock: Clock,
  actor: Actor,
): FleetService {
  const note: Note = (verb, instance, asked, outcome, change = UNCHANGED) =>
    history.verb({
      at_ms: clock.now(),
      verb,
      instance,
      what: JSON.stringify(asked),
      outcome: outcome.code,
      message: outcome.message.slice(0, 1000),
      ...actor,
      ...change,
    });
  const each = async (verb: string, asked: unknown, work: Promise<readonly VerbResult[]>) => {
    const results = await work;
    for (const { id, ok, message, error } of results) {
      note(verb, id, asked, { code: ok ? 'ok' : (error?.code ?? 'INTERNAL'), message });
    }
    return results;
  };
  const one = async <T>(verb: string, id: string | null, asked: unknown, work: Promise<T>) => {
    try {
      const answer = await work;
      note(verb, id, asked, { code: 'ok', message: '' });
      return answer;
    } catch (thrown) {
      note(verb, id, asked, errorBody(thrown));
      throw thrown;
    }
  };
  return {
    info: () => fleet.info(),
    list: () => fleet.list(),
    status: (id) => fleet.status(id),
    usage: (id) => fleet.usage(id),
    start: (request) => {
      const { fresh = false, allow_running = false, live } = request;
      const asked = { fresh, allow_running, ...(live === undefined ? {} : { live }) };
      return each('start', asked, fleet.start(request));
    },
    stop: (request) => {
      const { ids: _ids, ...how } = request;
      return each('stop', how, fleet.stop(request));
    },
    restart: (ids) => each('restart', {}, fleet.restart(ids)),
    reload: (ids) => each('reload', {}, fleet.reload(ids)),
    pause: (ids) => each('pause', {}, fleet.pause(ids)),
    resume: (ids) => each('resume', {}, fleet.resume(ids)),
    panic: (ids) => each('panic', {}, fleet.panic(ids)),
    closeCarry: (id) => one('close-carry', id, {}, fleet.closeCarry(id)),
    acceptPosition: (id, request) => {
      const work = fleet.acceptPosition(id, request);
      return request.dry_run === true ? work : one('accept-position', id, request, work);
    },
    adjust: (id, request, key) => {
      const work = () => fleet.adjust(id, request, key);
      return request.dry_run === true ? work() : adjusted(fleet, id, request, work, note);
    },
    cleanup: (dryRun) => {
      const work = fleet.cleanup(dryRun);
      return dryRun ? work : one('cleanup', null, {}, work);
    },
    testAlerts: () => one('alert test', null, {}, fleet.testAlerts()),
    shutdown: (bots) => one('shutdown', null, { bots }, fleet.shutdown(bots)),
  };
}

interface Outcome {
  readonly code: string;
  readonly message: string;
}

const DONE: Outcome = { code: 'ok', message: '' };

/** What a verb changed, as JSON. */
interface Change {
  readonly before: string | null;
  readonly after: string | null;
}

const UNCHANGED: Change = { before: null, after: null };

type Note = (
  verb: string,
  instance: string | null,
  asked: unknown,
  outcome: Outcome,
  change?: Change,
) => void;

/** An adjust leaves the grid before and after, where it changed it. */
async function adjusted(
  fleet: FleetService,
  id: string,
  request: AdjustRequest,
  work: () => Promise<AdjustAnswer>,
  note: Note,
): Promise<AdjustAnswer> {
  const before = gridBefore(fleet, id);
  try {
    const answer = await work();
    const change = answer.applied ? { before, after: gridText(answer) } : UNCHANGED;
    note('adjust', id, request, DONE, change);
    return answer;
  } catch (thrown) {
    note('adjust', id, request, errorBody(thrown));
    throw thrown;
  }
}

/** The grid that an adjust meets; null where it is not known. */
function gridBefore(fleet: FleetService, id: string): string | null {
  try {
    const { status } = fleet.status(id);
    return status === null ? null : gridText(status);
  } catch {
    // Of an unknown instance the adjust itself complains.
    return null;
  }
}

type Grid = Pick<StatusView & AdjustAnswer, 'lower' | 'upper' | 'grids' | 'quantity_per_grid'>;

function gridText({ lower, upper, grids, quantity_per_grid }: Grid): string {
  return JSON.stringify({ lower, upper, grids, quantity_per_grid });
}
