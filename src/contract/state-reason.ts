/**
 * Why an instance is in its state: in English in the registry, and beside it the same as data, from
 * which a page says it in its language. PURE. Invariant: the data is believed only where it reads
 * as the text does, since an older gridd, or another program, writes the text alone.
 */
import type { RegistryRecord } from './fleet-api.ts';
import type { BotLaunch } from './instance-api.ts';
import { saidAs, say, textOf } from './sentences.ts';
import type { Said, Telling } from './sentences.ts';

export type StateReason = Pick<RegistryRecord, 'state_reason' | 'state_said'>;

export const LAUNCH_REASONS: Readonly<Record<BotLaunch['cause'], Said>> = {
  start: say('start_asked'),
  restart: say('started_again'),
  safe: say('safe_run'),
  panic: say('panic_run'),
};

/** The fields of a record that say `reason`. */
export function stateReason(reason: Telling): StateReason {
  return {
    state_reason: textOf(reason),
    state_said: typeof reason === 'string' || 'text' in reason ? null : reason,
  };
}

/** The reason of a record as data; null: it is only a text. */
export function stateSaid({ state_reason, state_said }: StateReason): Said | null {
  return saidAs(state_said, state_reason);
}

/** The reason of a record, to be said again. */
export function toldReason(record: StateReason): Telling {
  return stateSaid(record) ?? record.state_reason;
}
