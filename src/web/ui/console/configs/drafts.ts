/**
 * Texts being edited, by config: they survive going to another view, and leaving the page asks
 * first while there are any. `base` is the version that was edited.
 */
import { useCallback, useSyncExternalStore } from 'react';

export interface Draft {
  readonly text: string;
  readonly base: number;
}

const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();

/** The draft of a config, null while there is none, and how to change it (null: give it up). */
export function useDraft(key: string): readonly [Draft | null, (draft: Draft | null) => void] {
  const draft = useSyncExternalStore(subscribe, () => drafts.get(key) ?? null);
  const change = useCallback((next: Draft | null) => setDraft(key, next), [key]);
  return [draft, change];
}

function setDraft(key: string, draft: Draft | null): void {
  if (draft === null) drafts.delete(key);
  else drafts.set(key, draft);
  if (drafts.size > 0) window.addEventListener('beforeunload', holdBack);
  else window.removeEventListener('beforeunload', holdBack);
  for (const listener of listeners) listener();
}

function holdBack(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
