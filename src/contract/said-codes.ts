/**
 * Codes of what gridd says in sentences, so that a page can say it in another language. A code may
 * be added and keeps its meaning for good; a reader meets unknown ones from a newer gridd.
 */
import { sentenceOf } from './sentences.ts';
import type { Said, SentenceCode, Telling } from './sentences.ts';

/** Why a bot is degraded. */
export const DEGRADED_CODES = [
  ...(['venue', 'stream', 'price', 'unanswered', 'orders', 'position', 'position_rest'] as const),
  ...(['store', 'numbers', 'lock', 'logs', 'page', 'foreign', 'dead_man'] as const),
  ...(['strange_fill', 'strange_funding', 'stop_missing', 'lines_wait', 'lines_refused'] as const),
] as const;
export type DegradedCode = (typeof DEGRADED_CODES)[number];

/** What a bot warns of while it is well. */
export const WARNING_CODES = [
  ...(['liquidation_near', 'position_aside', 'out_of_range', 'orders_wait'] as const),
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

/** Which fence, or which check of our own, tripped a grid. */
export const TRIP_CODES = [
  ...(['max_position', 'max_loss', 'max_orders_per_minute', 'identity'] as const),
] as const;
export type TripCode = (typeof TRIP_CODES)[number];

/** The rule that a value of a config, or a grid as a whole, breaks. */
export const PROBLEM_RULES = [
  // Of a value by itself.
  ...(['missing', 'unknown_key', 'wrong_kind', 'text_for_number', 'no_whole_number'] as const),
  ...(['value_range', 'no_choice', 'wrong_form', 'control_characters', 'empty'] as const),
  ...(['too_long', 'no_number', 'no_percentage', 'no_address'] as const),
  // Of a config.
  ...(['not_expanded', 'stray_brace', 'own_variable', 'variable_name', 'both_sizes'] as const),
  ...(['place', 'program', 'replay_file', 'bot_args', 'read_only', 'conflict'] as const),
  ...(['account_loss', 'other_id', 'no_venue', 'foreign_host', 'plain_secret'] as const),
  ...(['moved_mask', 'new_variable'] as const),
  // Of a grid, docs/grid.md.
  ...(['bounds_order', 'off_tick', 'equal_lines', 'no_profit', 'too_many_orders'] as const),
  ...(['no_size', 'off_lot', 'below_min_quantity', 'below_min_notional', 'too_many_lots'] as const),
  ...(['fence_below_grid', 'fence_holds_back', 'few_open_orders', 'lines_left_out'] as const),
  ...(['rate_too_low', 'order_notional', 'notional_leaves_out', 'narrow_collar'] as const),
  ...(['trail_cap', 'levels_crossed', 'level_reached', 'margin_short'] as const),
  ...(['liquidated_in_range', 'liquidated_first'] as const),
] as const;
export type ProblemRule = (typeof PROBLEM_RULES)[number];

/** What the doctor looks at. */
export const DOCTOR_SUBJECTS = [
  ...(['node', 'compiler', 'disk', 'memory', '.env', 'clock', 'limits', 'fallocate'] as const),
  ...(['supervisor', 'registry', 'instances', 'databases', 'leftovers', 'ports'] as const),
  ...(['alerts', 'console', 'venue time', 'service'] as const),
] as const;
export type DoctorSubject = (typeof DOCTOR_SUBJECTS)[number];

/** A sentence with its code. */
export interface CodedText {
  readonly code: DegradedCode | WarningCode | ProblemRule | SentenceCode;
  readonly text: string;
  /** Why lines or a stop have no order, as a line says it. */
  readonly reason?: string;
  /** The key of a config that `text` names first. */
  readonly path?: string;
  /** What else `text` says, as data. */
  readonly said?: Said;
}

/** What is wrong with the value at `path`, as a sentence that names it; null without a code. */
export function codedProblem(problem: {
  readonly path: string;
  readonly message: string;
  readonly rule?: ProblemRule;
  readonly said?: Said;
}): CodedText | null {
  const { path, message, rule: code, said } = problem;
  if (code === undefined) return null;
  return { code, text: `${path}: ${message}`, path, ...(said === undefined ? {} : { said }) };
}

/** `said` with its code; `path`: the key of a config, which the text then names first. */
export function codedSaid(said: Said, path?: string): CodedText {
  const [{ code }, text] = [said, sentenceOf(said)];
  if (path === undefined) return { code, text, said };
  return { code, text: `${path}: ${text}`, path, said };
}

/** A sentence, with its code where it has one. */
export type Note = CodedText | string;

/** What is said of a note. */
export function noteOf(telling: Telling): Note {
  if (typeof telling === 'string') return telling;
  return 'text' in telling ? telling.text : codedSaid(telling);
}

/** The sentence of a note. */
export function textOfNote(note: Note): string {
  return typeof note === 'string' ? note : note.text;
}

/** What an answer warns of; `coded`: the warnings that have a code. */
interface Warned {
  readonly warnings?: readonly string[];
  readonly coded?: readonly CodedText[];
}

/** `answer` with `notes` after the warnings that it has. */
export function withNotes<T extends Warned>(answer: T, notes: readonly Note[]): T {
  if (notes.length === 0) return answer;
  const { warnings, coded } = warningsIn(notes);
  return {
    ...{ ...answer, warnings: [...(answer.warnings ?? []), ...warnings] },
    coded: [...(answer.coded ?? []), ...coded],
  };
}

/** Notes as answers hold them: all as texts, and beside them those that have a code. */
export function warningsIn(notes: readonly Note[]): Required<Warned> {
  return {
    warnings: notes.map(textOfNote),
    coded: notes.flatMap((note) => (typeof note === 'string' ? [] : note)),
  };
}
