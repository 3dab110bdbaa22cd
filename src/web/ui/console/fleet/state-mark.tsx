/** State and mode of an instance: a sign, a word and a colour that say the same. */
import { VisuallyHidden } from '@mantine/core';
import type { FleetRow } from '../../../../contract/console-api.ts';
import type { GridStateName } from '../../../../contract/trading.ts';
import { GRID_STATES } from '../../../../contract/trading.ts';
import { useConsoleWords } from '../console-words.ts';
import { changedMode } from './row-order.ts';

type Tone = 'good' | 'attention' | 'bad' | 'calm';

const SIGNS: Readonly<Record<FleetRow['state'], readonly [string, Tone]>> = {
  running: ['●', 'good'],
  starting: ['◔', 'calm'],
  stopping: ['◌', 'attention'],
  degraded: ['◐', 'attention'],
  unhealthy: ['▲', 'bad'],
  backoff: ['↻', 'attention'],
  failed: ['✕', 'bad'],
  finished: ['✓', 'calm'],
  stopped: ['■', 'calm'],
};
const GRID_SIGNS: Readonly<Record<GridStateName, readonly [string, Tone]>> = {
  running: ['●', 'good'],
  waiting: ['◔', 'calm'],
  paused: ['‖', 'attention'],
  tripped: ['▲', 'bad'],
  stopping: ['◌', 'attention'],
  stopped: ['■', 'calm'],
  finished: ['✓', 'calm'],
};

/** The state of the grid while its process simply runs, else that of the process. */
export function StateMark({ row }: { readonly row: FleetRow }) {
  const { t } = useConsoleWords();
  const grid = GRID_STATES.find((each) => each === row.grid_state);
  const shown = row.state === 'running' && grid !== undefined ? grid : null;
  const [sign, tone] = shown === null ? SIGNS[row.state] : GRID_SIGNS[shown];
  const word = shown === null ? t(`console:state.${row.state}`) : t(`console:grid.${shown}`);
  return (
    <span className={`state-mark tone-${tone}`}>
      <span aria-hidden>{sign}</span> {word}
    </span>
  );
}

/** PAPER or LIVE; nobody may mistake one for the other. */
export function ModeMark({ mode }: { readonly mode: string | null }) {
  const { t } = useConsoleWords();
  if (mode !== 'paper' && mode !== 'live') return null;
  return <span className={`mode-mark mode-${mode}`}>{t(`mode.${mode}`)}</span>;
}

/** What it is, and what its next start is where its file says another by now. */
export function RowMode({ row }: { readonly row: FleetRow }) {
  const { t } = useConsoleWords();
  const next = changedMode(row);
  if (next === null) return <ModeMark mode={row.mode ?? row.next_mode} />;
  const told = t('console:next_mode', { mode: t(`mode.${next}`) });
  return (
    <span className="mode-change" title={told} data-next-mode={next}>
      <ModeMark mode={row.mode} /> <span aria-hidden>→</span>
      <VisuallyHidden>{told}</VisuallyHidden> <ModeMark mode={next} />
    </span>
  );
}
