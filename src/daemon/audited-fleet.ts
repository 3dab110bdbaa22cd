/**
 * The fleet as the control API has it: every verb of the user leaves a line in the history, with
 * what was asked for and how it came out. Reading leaves none.
 */
import { errorBody } from '../contract/errors.ts';
import type { FleetService, VerbResult } from '../contract/fleet-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { FleetHistory } from './fleet-history.ts';

/** Wraps the verbs of `fleet`; answers and errors pass through unchanged. */
export function auditedFleet(
  fleet: FleetService,
  history: FleetHistory,
  clock: Clock,
): FleetService {
  const note = (verb: string, instance: string | null, asked: unknown, outcome: Outcome) =>
    history.verb({
      at_ms: clock.now(),
      verb,
      instance,
      what: JSON.stringify(asked),
      outcome: outcome.code,
      message: outcome.message.slice(0, 1000),
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
    adjust: (id, request, key) => one('adjust', id, request, fleet.adjust(id, request, key)),
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
