/**
 * The verb that the user is about to give: asked for anywhere on the page, met by a dialog of its
 * own. What was confirmed goes on while its dialog is closed, and another verb may be given
 * meanwhile; asked for again, it is the dialog that still waits, and nothing is done twice.
 */
import { useSyncExternalStore } from 'react';
import type { UnstartedConfig } from '../../../../contract/console-api.ts';
import type { ConsoleT } from '../console-words.ts';
import type { Verb } from './verb-plan.ts';

/** `ids` null: the whole fleet. */
export interface VerbRequest {
  readonly verb: Verb;
  readonly ids: readonly string[] | null;
  /** Of a start: the configs it is about, which no row stands for yet. */
  readonly first?: readonly UnstartedConfig[];
}

/** One asking: what comes of it is its own. */
export interface AskedVerb extends VerbRequest {
  /** Told apart from an earlier asking of the same. */
  readonly nr: number;
  /** Confirmed, and not answered yet. */
  readonly underWay: boolean;
}

export interface AskedVerbs {
  /** `nr` of the one whose dialog is open; null: none. */
  readonly open: number | null;
  /** All that are under way, and last the one that was asked for last. */
  readonly asked: readonly AskedVerb[];
}

let state: AskedVerbs = { open: null, asked: [] };
let count = 0;
const listeners = new Set<() => void>();

function become(next: AskedVerbs): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Opens the confirmation of a start of configs that were never started. */
export function askFirstStart(first: readonly UnstartedConfig[]): void {
  askVerb({ verb: 'start', ids: first.map(({ id }) => id), first });
}

/** Opens the confirmation; null closes it. */
export function askVerb(request: VerbRequest | null): void {
  if (request === null) return become({ ...state, open: null });
  const waiting = state.asked.filter(({ underWay }) => underWay);
  const same = waiting.find((one) => isSame(one, request));
  const asked = same ?? { ...request, nr: (count += 1), underWay: false };
  become({ open: asked.nr, asked: [...waiting.filter((one) => one !== same), asked] });
}

/** Performs what was confirmed; its dialog is kept until `deed` ends, which never rejects. */
export async function whileUnderWay<Value>(
  nr: number,
  deed: () => Promise<Value>,
): Promise<Value> {
  mark(nr, true);
  const value = await deed();
  mark(nr, false);
  return value;
}

function mark(nr: number, underWay: boolean): void {
  const asked = state.asked.map((one) => (one.nr === nr ? { ...one, underWay } : one));
  // Closed and answered: nothing asks for it any more, unless it is the last.
  become({ ...state, asked: asked.filter((one, at) => one.underWay || at === asked.length - 1) });
}

function isSame(one: VerbRequest, other: VerbRequest): boolean {
  // Those of a first start register one by one: who asks for the others means the same start.
  const { first } = other;
  if (one.first !== undefined && first !== undefined) {
    return one.first.some(({ id }) => first.some((config) => config.id === id));
  }
  if (one.first !== first) return false;
  return JSON.stringify([one.verb, one.ids]) === JSON.stringify([other.verb, other.ids]);
}

/** What is asked at this moment; the same object while nothing changes. */
export function askedVerbs(): AskedVerbs {
  return state;
}

export function useAskedVerbs(): AskedVerbs {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, askedVerbs);
}

/** Names that have room in one line or two. */
const NAMED = 4;

/** `title` with whom it is about, as what came of it is told in a corner; `ids` null: all. Pure. */
export function toldTitle(t: ConsoleT, title: string, ids: readonly string[] | null): string {
  if (ids === null) return title;
  const named = ids.slice(0, NAMED).join(t('console:joined.ids'));
  const count = ids.length;
  const some = count > NAMED ? t('console:joined.more_ids', { ids: named, count }) : named;
  return t('console:joined.verb_of', { verb: title, ids: some });
}
