/** The lower half of the page: the actions, and below them tables and the log as tabs. */
import './lower.css';
import { Tabs } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionBar } from './actions/action-bar.tsx';
import { LogView } from './log/log-view.tsx';
import { useInstance } from './instance-topics.ts';
import { FillsTable } from './tables/fills-table.tsx';
import { HappeningsTable } from './tables/happenings-table.tsx';
import { LinesTable } from './tables/lines-table.tsx';
import { OrdersTable } from './tables/orders-table.tsx';
import { ReceiptsTable } from './tables/receipts-table.tsx';

const TABS = ['lines', 'fills', 'orders', 'happenings', 'receipts', 'log'] as const;
type Tab = (typeof TABS)[number];

export function Lower() {
  const { t } = useTranslation();
  const status = useInstance('status');
  const [tab, setTab] = useState<Tab>('lines');
  if (status === undefined) return null;
  const panels: Record<Tab, () => ReactNode> = {
    lines: () => <LinesTable status={status} />,
    fills: () => <FillsTable status={status} />,
    orders: () => <OrdersTable status={status} />,
    happenings: () => <HappeningsTable status={status} />,
    receipts: () => <ReceiptsTable status={status} />,
    log: () => <LogView />,
  };
  return (
    <div className="lower">
      <ActionBar status={status} />
      <section className="card" aria-label={t('tabs.label')}>
        <Tabs
          value={tab}
          onChange={(value) => setTab(TABS.find((each) => each === value) ?? 'lines')}
          keepMounted={false}
        >
          <Tabs.List className="lower-tabs" aria-label={t('tabs.label')}>
            {TABS.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`tabs.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {TABS.map((name) => (
            <Tabs.Panel key={name} value={name} pt="sm">
              {panels[name]()}
            </Tabs.Panel>
          ))}
        </Tabs>
      </section>
    </div>
  );
}
