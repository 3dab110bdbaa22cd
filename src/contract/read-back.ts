/**
 * Sentences read back from their English text, where nothing else was kept: in rows of the audit
 * and of ends, in receipts, of happenings and in notes of versions, of older gridds too. What is
 * found reads that very text.
 */
import { PROCESS_STATES } from './instance-views.ts';
import { SENTENCES } from './sentence-texts.ts';
import { saidAs } from './sentences.ts';
import type { Said, SentenceCode } from './sentences.ts';

/** What came of a verb. One that ends in a place stands after those that go on from there. */
export const OUTCOME_SENTENCES: readonly SentenceCode[] = [
  ...PROCESS_STATES,
  ...(['restarted_for', 'ended_outside', 'already', 'degraded_by', 'serves_on'] as const),
  ...(['paused', 'resumed', 'stopped_unstarted', 'stopped_clean', 'flat', 'unchanged'] as const),
  ...(['taken_orders', 'taken_in_place', 'edited_since', 'variable_changed'] as const),
  ...(['no_page_port', 'bot_says_so'] as const),
];

/** How a process ended and why. */
export const END_SENTENCES: readonly SentenceCode[] = [
  ...(['because', 'unseen', 'ended_by', 'disappeared', 'exited'] as const),
  ...(['restart_asked', 'reloaded', 'stop_asked', 'panic_asked', 'supervisor_stops'] as const),
  ...(['no_sign_of_life', 'stands_still', 'has_no_port'] as const),
  ...(['health_answers', 'health_fails'] as const),
  ...(['memory_over_limit', 'cpu_over_limit', 'machine_anew', 'run_over'] as const),
  ...(['stop_command', 'panic_command'] as const),
];

/** What gridd itself notes on versions of a config. */
export const NOTE_SENTENCES: readonly SentenceCode[] = [
  ...(['met_on_disk', 'edited_on_disk', 'back_to_version', 'new_config', 'back_from'] as const),
];

/** Why an end left orders or a position. */
export const LEFT_SENTENCES: readonly SentenceCode[] = ['not_confirmed_yet', 'close_refused'];

/** What happened to a grid, as its bot keeps it; first what goes on from another one. */
export const HAPPENING_SENTENCES: readonly SentenceCode[] = [
  ...(['trigger_met', 'range_moved', 'position_beyond', 'loss_met', 'rate_beyond'] as const),
  ...(['order_refused', 'order_left', 'order_cut', 'stop_order_refused', 'left_open'] as const),
  ...(['source_ended', 'both_hold', 'difference_booked', 'they_differ'] as const),
];

/** Places that hold sentences. */
const SENTENCE_PLACES = ['state', 'end', 'why', 'stopped', 'outcome', 'reason', 'figures'];
/** Sentences whose places hold anything: what another program said. */
const FREE_SENTENCES: readonly SentenceCode[] = ['health_fails'];
/** Places that hold more than one word. */
const LONG_PLACES = [...SENTENCE_PLACES, 'keys', 'names', 'refusal'];
/** Places that hold no other words: a note that somebody wrote may begin as ours do. */
const NARROW_PLACES: Readonly<Record<string, string>> = { version: '\\d+', file: '\\S+\\.json' };
/** Sentences within sentences that are looked for; ours hold four. */
const DEEPEST = 5;

/** The sentence that reads `text`, made of those of `codes`; null: there is none. */
export function readBack(
  text: string,
  codes: readonly SentenceCode[],
  depth = DEEPEST,
): Said | null {
  if (depth === 0) return null;
  for (const code of codes) {
    const said = readAs(code, text, codes, depth);
    if (said !== null) return said;
  }
  return null;
}

function readAs(
  code: SentenceCode,
  text: string,
  codes: readonly SentenceCode[],
  depth: number,
): Said | null {
  const found = formOf(code).exec(text);
  if (found === null) return null;
  if (found.groups === undefined) return { code };
  const values: Record<string, string> = {};
  const parts: Record<string, Said> = {};
  const free = FREE_SENTENCES.includes(code);
  for (const [place, value] of Object.entries(found.groups)) {
    const inner = LONG_PLACES.includes(place) && !free ? readBack(value, codes, depth - 1) : null;
    if (inner !== null) parts[place] = inner;
    else if (SENTENCE_PLACES.includes(place) && !free) return null;
    else values[place] = value;
  }
  const said = { code, values, ...(Object.keys(parts).length > 0 ? { parts } : {}) };
  return saidAs(said, text);
}

const FORMS = new Map<SentenceCode, RegExp>();

function formOf(code: SentenceCode): RegExp {
  const known = FORMS.get(code);
  if (known !== undefined) return known;
  const pattern = SENTENCES[code]
    .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replace(/{{(\w+)}}/g, (_, place: string) =>
      LONG_PLACES.includes(place)
        ? `(?<${place}>.+?)`
        : `(?<${place}>${NARROW_PLACES[place] ?? '\\S+'})`,
    );
  const form = new RegExp(`^${pattern}$`);
  FORMS.set(code, form);
  return form;
}
