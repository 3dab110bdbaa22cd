/** The receipt of a stop that was asked for on this page: kept until the grid goes on. */
import { useEffect, useSyncExternalStore } from 'react';
import type { StatusView } from '../../../contract/instance-views.ts';
import type { StopReceipt } from '../../../contract/receipt-api.ts';
import type { Answer } from '../shell/api.ts';

let receipt: StopReceipt | null = null;
const listeners = new Set<() => void>();

/** Keeps the receipt of an answer that has one; passes the answer on. */
export function keepReceipt(answer: Answer<StopReceipt>): Answer<StopReceipt> {
  if (answer.ok) set(answer.value);
  return answer;
}

/** The receipt of the last stop of this page; null: none, or the grid went on since. */
export function useStopReceipt(gridState: StatusView['grid_state']): StopReceipt | null {
  useEffect(() => {
    if (gridState !== 'stopped') set(null);
  }, [gridState]);
  return useSyncExternalStore(subscribe, () => receipt);
}

function set(next: StopReceipt | null): void {
  receipt = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
