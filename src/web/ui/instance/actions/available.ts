/** What may be asked of a grid in its present state: only what can work is offered. Pure. */
import type { StatusView } from '../../../../contract/instance-views.ts';
import { isSame } from '../../format/amount.ts';

export const ACTIONS = [
  ...(['pause', 'resume', 'adjust', 'fund', 'close_carry', 'compare', 'stop', 'panic'] as const),
];
export type Action = (typeof ACTIONS)[number];

type Facts = Pick<StatusView, 'grid_state' | 'carry' | 'position' | 'open_orders'>;

/** The run ended: nothing moves the grid any more. */
export function isOver(state: StatusView['grid_state']): boolean {
  return state === 'finished' || state === 'stopped';
}

/** Whether `action` makes sense for a grid as it is. */
export function isOffered(action: Action, facts: Facts): boolean {
  const { grid_state: state, carry, position, open_orders } = facts;
  const over = isOver(state);
  switch (action) {
    case 'pause':
      return state === 'running' || state === 'waiting';
    case 'resume':
      return state === 'paused' || state === 'tripped';
    case 'adjust':
    case 'fund':
      return !over && state !== 'stopping';
    case 'close_carry':
      return !over && state !== 'stopping' && !isSame(carry, '0');
    case 'compare':
    case 'stop':
      return !over;
    case 'panic':
      return !over || open_orders > 0 || !isSame(position, '0');
  }
}
