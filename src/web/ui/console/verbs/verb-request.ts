/** The verb that the user is about to give: asked for anywhere on the page, met by one dialog. */
import { useSyncExternalStore } from 'react';
import type { Verb } from './verb-plan.ts';

/** `ids` null: the whole fleet. */
export interface VerbRequest {
  readonly verb: Verb;
  readonly ids: readonly string[] | null;
}

let wanted: VerbRequest | null = null;
const listeners = new Set<() => void>();

/** Opens the confirmation; null closes it. */
export function askVerb(request: VerbRequest | null): void {
  wanted = request;
  for (const listener of listeners) listener();
}

export function useVerbRequest(): VerbRequest | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => wanted,
  );
}
