/** Trading words shared by config, engine, venues, API and pages. */

export type Side = 'buy' | 'sell';
export type Direction = 'neutral' | 'long' | 'short';
export type GridType = 'arithmetic' | 'geometric';
export type TriggerBy = 'last' | 'mark';
export type OutOfRange = 'hold' | 'stop' | 'close' | 'trail';

/** What a stop does with our resting orders and with the position. */
export interface OnStop {
  readonly orders: 'cancel' | 'keep';
  readonly position: 'keep' | 'close';
}

/** What the grid does now; the state of the process is the supervisor's word. */
export const GRID_STATES = [
  'waiting',
  'running',
  'paused',
  'tripped',
  'stopping',
  'stopped',
  'finished',
] as const;
export type GridStateName = (typeof GRID_STATES)[number];
