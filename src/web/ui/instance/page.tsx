/** The instance page as a whole: where each part stands on a wide screen and on a phone. */
import './instance.css';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useStreamState } from '../live/topics.ts';
import { ChartCard } from './chart/chart-card.tsx';
import { Equity } from './figures/equity.tsx';
import { Holding } from './figures/holding.tsx';
import { Result } from './figures/result.tsx';
import { Notices } from './header/notices.tsx';
import { PageHeader } from './header/page-header.tsx';
import { Health } from './health/health.tsx';
import { topics, useInstance } from './instance-topics.ts';
import { Lower } from './lower.tsx';

export function InstancePage() {
  const { t } = useTranslation();
  const status = useInstance('status');
  const { name } = useStreamState(topics);
  if (status === undefined) {
    return (
      <Text p="md" role="status">
        {name === 'lost' ? t('header.unreachable') : t('common.loading')}
      </Text>
    );
  }
  return (
    <div className="page">
      <PageHeader status={status} />
      <main>
        <Notices status={status} />
        <div className={name === 'lost' ? 'parts stale' : 'parts'}>
          <Result status={status} />
          <ChartCard status={status} />
          <Holding status={status} />
          <Equity quote={status.quote} />
          <Health />
        </div>
        <Lower />
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
