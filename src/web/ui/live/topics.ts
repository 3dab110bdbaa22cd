/**
 * The event stream as a page sees it: the newest value of each topic, and whether the stream lives.
 * One store per page; components subscribe to the topics they show.
 */
import { useSyncExternalStore } from 'react';

export type StreamState =
  | { readonly name: 'connecting' | 'live' | 'hidden' }
  /** Since when (milliseconds of this machine) nothing was heard; null: never anything. */
  | { readonly name: 'lost'; readonly heardAt: number | null };

/** Values of topics by name, with those who look at them. */
export class Topics<All extends object> {
  #values: Partial<All> = {};
  #state: StreamState = { name: 'connecting' };
  readonly #listeners = new Set<() => void>();

  /** Takes what an event brought. */
  take(news: Partial<All>): void {
    this.#values = { ...this.#values, ...news };
    this.#tell();
  }

  setState(state: StreamState): void {
    // Said with every word of the stream; only a change is worth drawing.
    if (sameState(state, this.#state)) return;
    this.#state = state;
    this.#tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get<Name extends keyof All>(name: Name): All[Name] | undefined {
    return this.#values[name];
  }

  get state(): StreamState {
    return this.#state;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function sameState(one: StreamState, other: StreamState): boolean {
  if (one.name !== 'lost' || other.name !== 'lost') return one.name === other.name;
  return one.heardAt === other.heardAt;
}

/** The newest value of a topic; undefined before the first. */
export function useTopic<All extends object, Name extends keyof All>(
  topics: Topics<All>,
  name: Name,
): All[Name] | undefined {
  return useSyncExternalStore(topics.subscribe, () => topics.get(name));
}

export function useStreamState<All extends object>(topics: Topics<All>): StreamState {
  return useSyncExternalStore(topics.subscribe, () => topics.state);
}
