/** How far the venue has followed a change: until every order rests, or says why it does not. */
import { useTranslation } from 'react-i18next';
import type { LevelView } from '../../../../contract/instance-views.ts';
import { lineWords } from '../../words/line-words.ts';
import { useInstance } from '../instance-topics.ts';

/** Reasons of a line without its order that end by themselves. */
const MOVING: readonly string[] = ['pending', 'line_taken', 'start_order'];

/** How many lines rest, are on their way, and wait for each reason. */
export interface Progress {
  readonly resting: number;
  readonly moving: number;
  readonly waiting: readonly { readonly reason: string; readonly count: number }[];
}

export function progressOf(levels: readonly LevelView[]): Progress {
  const counts = new Map<string, number>();
  let [resting, moving] = [0, 0];
  for (const { reason, side } of levels) {
    if (reason === null) resting += side === null ? 0 : 1;
    else if (MOVING.includes(reason)) moving += 1;
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return { resting, moving, waiting: [...counts].map(([reason, count]) => ({ reason, count })) };
}

export function Convergence({ done }: { readonly done?: () => void }) {
  const { t } = useTranslation();
  const { resting, moving, waiting } = progressOf(useInstance('levels') ?? []);
  const all = resting + moving + waiting.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="convergence" role="status" data-part="convergence" data-moving={moving}>
      <progress max={Math.max(1, all)} value={resting} aria-label={t('range.converging')} />
      <span>
        {moving > 0
          ? t('range.moving', { moving, all })
          : t('range.converged', { resting, count: all })}
      </span>
      {waiting.map(({ reason, count }) => (
        <span key={reason} className="attention">
          ! {t('range.line_waits', { count, reason: lineWords(t, reason) })}
        </span>
      ))}
      {done !== undefined && moving === 0 && (
        <button type="button" className="plain-button" onClick={done}>
          {t('common.close')}
        </button>
      )}
    </div>
  );
}
