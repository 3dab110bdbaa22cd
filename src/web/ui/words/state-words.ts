/** States in words: what is going on and why, as sentences a trader reads once. */
import type { StatusView } from '../../../contract/instance-api.ts';

export interface StateWords {
  readonly text: string;
  readonly tone: 'good' | 'attention' | 'bad' | 'calm';
}

const GRID_WORDS: Readonly<Record<StatusView['grid_state'], StateWords>> = {
  waiting: { text: '◔ Waiting for its trigger price', tone: 'calm' },
  running: { text: '● Grid running', tone: 'good' },
  paused: { text: '‖ Grid paused', tone: 'attention' },
  tripped: { text: '▲ Grid tripped', tone: 'bad' },
  stopping: { text: '◌ Grid stopping', tone: 'attention' },
  stopped: { text: '■ Grid stopped', tone: 'calm' },
  finished: { text: '✓ Grid finished', tone: 'calm' },
};

/** Grid state, with the state of the process where that is not simply running. */
export function stateWords(status: StatusView): StateWords {
  const grid = GRID_WORDS[status.grid_state];
  if (status.state === 'running' || status.state === 'finished') return grid;
  const tone = status.state === 'unhealthy' || status.state === 'failed' ? 'bad' : 'attention';
  return { text: `${grid.text} · bot ${status.state}`, tone };
}

export interface Notice {
  readonly text: string;
  readonly kind: 'warn' | 'info';
}

/** Everything that should be known before the figures are read. */
export function noticesOf(status: StatusView): Notice[] {
  const notices: Notice[] = status.degraded.map((reason) => warn(`Degraded: ${reason}`));
  switch (status.grid_state) {
    case 'paused':
      notices.push(warn('Paused: no new orders are placed until you resume.'));
      break;
    case 'tripped':
      notices.push(warn(tripWords(status)));
      break;
    case 'finished':
      notices.push(info('Finished: the run is over; this page shows its result.'));
      break;
    case 'waiting':
      notices.push(info('Waiting: orders are placed when the trigger price is reached.'));
      break;
    case 'running':
    case 'stopping':
    case 'stopped':
      break;
  }
  if (status.adjusted) {
    notices.push(info('Adjusted, differs from the file: the config file holds other values.'));
  }
  return [...notices, ...status.warnings.map(warn)];
}

/** What tripped the grid, what that means, and how to go on. */
function tripWords({ tripped }: Pick<StatusView, 'tripped'>): string {
  const why = tripped === undefined || tripped === null ? 'a fence was met' : tripped.text;
  const meaning = 'No order that enlarges the position is placed; the position is kept';
  return `Tripped: ${why}. ${meaning}. Look into it, then press Resume.`;
}

function warn(text: string): Notice {
  return { text, kind: 'warn' };
}

function info(text: string): Notice {
  return { text, kind: 'info' };
}
