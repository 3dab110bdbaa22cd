/** The instance page as a whole: where each part stands on a wide screen and on a phone. */
import './instance.css';
import { Text } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection } from './connection.ts';
import { ChartCard } from './chart/chart-card.tsx';
import { Equity } from './figures/equity.tsx';
import { Holding } from './figures/holding.tsx';
import { Result } from './figures/result.tsx';
import { Notices } from './header/notices.tsx';
import { PageHeader } from './header/page-header.tsx';
import { StoppedNote } from './header/stopped-note.tsx';
import { Health } from './health/health.tsx';
import { useInstance } from './instance-topics.ts';
import { Lower } from './lower.tsx';

// Parts that listen for themselves: the price alone must not draw them anew many times a second.
const CurvePart = memo(Equity);
const HealthPart = memo(Health);
const LowerPart = memo(Lower);

export function InstancePage() {
  const { t } = useTranslation();
  const status = useInstance('status');
  const connection = useConnection();
  if (status === undefined) {
    return (
      <Text p="md" role="status">
        {connection === 'lost' ? t('header.unreachable') : t('common.loading')}
      </Text>
    );
  }
  return (
    <div className="page">
      <PageHeader status={status} />
      <main>
        <Notices status={status} />
        <StoppedNote status={status} />
        <div className={connection === 'lost' ? 'parts stale' : 'parts'}>
          <Result status={status} />
          <ChartCard status={status} />
          <Holding status={status} />
          <CurvePart quote={status.quote} />
          <HealthPart />
        </div>
        <LowerPart />
      </main>
      <footer className="quiet small">
        {t('header.charts_by')} TradingView Lightweight Charts™, © TradingView, Inc.{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          tradingview.com
        </a>
      </footer>
    </div>
  );
}
