/** What came of a verb that did what it was asked for: one sentence, as text and as data. PURE. */
import type { VerbResult } from '../contract/fleet-api.ts';
import { say, textOf } from '../contract/sentences.ts';
import type { Said, Telling } from '../contract/sentences.ts';
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { toldReason } from '../contract/state-reason.ts';

type Result = Omit<VerbResult, 'row'>;

/** The result that `telling` says, with `more`. */
export function done(
  id: string,
  telling: Telling,
  more: Omit<Partial<Result>, 'id' | 'ok' | 'message' | 'message_said'> = {},
): Result {
  return { id, ok: true, ...messageOf(telling), ...more };
}

/** What a result says, to be said again. */
export function toldBy({ message, message_said }: Result): Telling {
  return message_said ?? message;
}

/** `result` with other words. */
export function retold(result: Result, telling: Telling): Result {
  const { message_said: _before, ...rest } = result;
  return { ...rest, ...messageOf(telling) };
}

/** "running on http://127.0.0.1:5001"; `url` null: it has no page. */
export function standsAs(record: RegistryRecord, url: string | null): Said {
  const { state } = record;
  const said =
    state === 'degraded' ? say('degraded_by', { reason: toldReason(record) }) : say(state);
  return url === null ? said : say('serves_on', { state: said, url });
}

function messageOf(telling: Telling): Pick<VerbResult, 'message' | 'message_said'> {
  const message = textOf(telling);
  if (typeof telling === 'string' || 'text' in telling) return { message };
  return { message, message_said: telling };
}
