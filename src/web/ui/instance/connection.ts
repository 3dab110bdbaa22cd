/**
 * How the page stands to its bot. A stream that ends with the stop of the grid is no fault: the bot
 * has done what it was told and is gone until it is started again.
 */
import type { StatusView } from '../../../contract/instance-views.ts';
import type { StreamState } from '../live/topics.ts';
import { useStreamState } from '../live/topics.ts';
import { topics, useInstance } from './instance-topics.ts';

/** `lost`: the figures may be old; `stopped`: they are those of the end. */
export type Connection = StreamState['name'] | 'stopped';

/** The state of the stream beside the last that it said of the grid. */
export function connectionOf(
  { name }: StreamState,
  gridState: StatusView['grid_state'] | undefined,
): Connection {
  return name === 'lost' && gridState === 'stopped' ? 'stopped' : name;
}

export function useConnection(): Connection {
  return connectionOf(useStreamState(topics), useInstance('status')?.grid_state);
}
