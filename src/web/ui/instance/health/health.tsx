/** How the bot fares: what the venue and the machine do to it. Unknown is said, never zero. */
import { useTranslation } from 'react-i18next';
import type { BotHealth } from '../../../../contract/page-api.ts';
import { clockWords } from '../../words/risk-words.ts';
import { Figure, Unknown } from '../figures/figure.tsx';
import { useInstance } from '../instance-topics.ts';

/** Above these a value is worth a look: it is marked, and its name says why. */
const SLOW_MS = 1000;
const SILENT_MS = 20_000;
const OFF_MS = 500;
const LOOP_MS = 100;

export function Health() {
  const { t } = useTranslation();
  const health = useInstance('health');
  const state = useInstance('status')?.state;
  return (
    <section className="card" aria-labelledby="health" data-part="health">
      <h2 id="health">{t('health.title')}</h2>
      {state === 'degraded' && <p className="attention small">! {t('health.degraded')}</p>}
      {health === undefined ? <p className="quiet small">{t('health.none')}</p> : rows(t, health)}
    </section>
  );
}

function rows(t: ReturnType<typeof useTranslation>['t'], health: BotHealth) {
  const { venue_latency_ms: latency, stream_age_ms: age, clock_offset_ms: offset } = health;
  const { venue_requests: requests, event_loop_delay_ms: loop } = health;
  return (
    <dl className="figures">
      <Figure name={t('health.latency')} about={t('health.latency_about')}>
        <Measure value={latency} unit={t('health.ms')} limit={SLOW_MS} />
      </Figure>
      <Figure name={t('health.stream_age')} about={t('health.stream_age_about')}>
        <Measure value={age === null ? null : age / 1000} unit={t('health.s')} limit={SILENT_MS / 1000} />
      </Figure>
      <Figure name={t('health.clock')} about={t('health.clock_about')}>
        {offset === null ? (
          <Unknown why={t('health.not_here')} />
        ) : (
          <span className={Math.abs(offset) > OFF_MS ? 'attention' : ''}>
            {Math.abs(offset) > OFF_MS && '! '}
            {clockWords(t, offset)}
          </span>
        )}
      </Figure>
      <Figure name={t('health.requests')} about={t('health.requests_about')}>
        {requests === null ? (
          <Unknown why={t('health.not_counted')} />
        ) : (
          t('health.requests_left', { left: requests.left, all: requests.per_minute })
        )}
      </Figure>
      <Figure name={t('health.memory')}>
        <Measure value={health.memory_mb} unit="MB" />
      </Figure>
      <Figure name={t('health.cpu')}>
        <Measure value={health.cpu_percent} unit="%" />
      </Figure>
      <Figure name={t('health.loop')} about={t('health.loop_about')}>
        <Measure value={loop} unit={t('health.ms')} limit={LOOP_MS} />
      </Figure>
      <Figure name={t('health.restarts')} about={t('health.restarts_about')}>
        {health.restarts === null ? <Unknown /> : health.restarts}
      </Figure>
      <Figure name={t('health.uptime')}>{uptimeWords(t, health.uptime_s)}</Figure>
      <Figure name={t('health.supervisor')}>
        {health.supervised ? (
          t('health.supervised')
        ) : (
          <span className="attention">! {t('health.alone')}</span>
        )}
      </Figure>
    </dl>
  );
}

interface MeasureProps {
  readonly value: number | null;
  readonly unit: string;
  /** Above it the value is marked. */
  readonly limit?: number;
}

function Measure({ value, unit, limit = Infinity }: MeasureProps) {
  const { t } = useTranslation();
  if (value === null) return <Unknown why={t('health.not_here')} />;
  const high = value > limit;
  return (
    <span className={high ? 'attention' : ''}>
      {high && '! '}
      {value >= 100 ? Math.round(value) : Math.round(value * 10) / 10}
      <span className="unit"> {unit}</span>
    </span>
  );
}

/** Days, hours and minutes; seconds in the first minutes. */
function uptimeWords(t: ReturnType<typeof useTranslation>['t'], seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return t('health.days', { days, hours });
  if (hours > 0) return t('health.hours', { hours, minutes });
  return t('health.minutes', { minutes, seconds: Math.floor(seconds % 60) });
}
