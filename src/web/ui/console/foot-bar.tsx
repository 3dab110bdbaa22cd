/** The line beneath every view: whose home this is, and how the supervisor fares. */
import { useFleet } from './fleet-topics.ts';
import { useNow } from '../shell/now.ts';
import { durationWords } from './moments.ts';
import { useConsoleWords } from './console-words.ts';

const TICK_MS = 10_000;

export function FootBar() {
  const { t } = useConsoleWords();
  const info = useFleet('supervisor');
  const now = useNow(TICK_MS);
  if (info === undefined) return null;
  const { home, version, started_at: started, instances, running, history } = info;
  // One that began since the last tick is 0 s old.
  const up = durationWords(t, Math.max(0, now - Date.parse(started)) / 1000);
  return (
    <footer className="foot-bar">
      <span className="foot-bar-home" title={home}>
        {home}
      </span>
      <span>{t('console:foot.running', { running, instances })}</span>
      <span>{t('console:foot.up', { up })}</span>
      <span>{t('console:foot.memory', { memory: Math.round(info.memory_mb) })}</span>
      <span>{t('console:foot.pid', { pid: info.pid })}</span>
      <span>gridd {version}</span>
      {history.fault !== null && (
        <span className="loss" role="alert">
          ▲ {t('console:foot.fault', { fault: history.fault })}
        </span>
      )}
      {history.lost > 0 && (
        <span className="attention">▲ {t('console:foot.lost', { count: history.lost })}</span>
      )}
    </footer>
  );
}
