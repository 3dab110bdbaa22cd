/** How far the venue has followed a change: until every order rests, or says why it does not. */
import { useTranslation } from 'react-i18next';
import { lineWords } from '../../words/line-words.ts';
import { useInstance } from '../instance-topics.ts';
import { progressOf } from './progress.ts';

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
