/** The fleet on a narrow screen: a card for each instance, the same figures. */
import { Center, Checkbox, Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import type { ReactNode } from 'react';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { RowMenu } from '../verbs/row-menu.tsx';
import { Count, Money, Rate, Size } from './figures.tsx';
import {
  Cpu,
  InstanceLink,
  Memory,
  OrdersOfN,
} from './fleet-columns.tsx';
import { VenueAndDirection } from './venue-and-direction.tsx';
import { WarningCount } from './warning-count.tsx';
import type { FleetListProps } from './fleet-list.ts';
import { RangeBar } from './range-bar.tsx';
import { Sparkline } from './sparkline.tsx';
import { isLive } from './row-order.ts';
import { RowMode, StateMark } from './state-mark.tsx';
import { StateReason } from './state-reason.tsx';
import { useConsoleWords } from '../console-words.ts';

const CARD_PX = 232;

export function FleetCards({ rows, selected, onSelect, onWarnings }: FleetListProps) {
  const { t } = useConsoleWords();
  const list = useRef<HTMLUListElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => CARD_PX,
    overscan: 4,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  if (rows.length === 0) {
    return (
      <Center p="xl">
        <Text className="quiet">{t('console:filter.none')}</Text>
      </Center>
    );
  }
  return (
    <ul className="fleet-cards" ref={list} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
          >
            <Card
              row={row}
              selected={selected.has(row.id)}
              onSelect={onSelect}
              onWarnings={onWarnings}
            />
          </li>
        );
      })}
    </ul>
  );
}

const Card = memo(function Card(props: {
  readonly row: FleetRow;
  readonly selected: boolean;
  readonly onSelect: (id: string, on: boolean) => void;
  readonly onWarnings: (row: FleetRow) => void;
}) {
  const { t } = useConsoleWords();
  const { row, selected, onSelect, onWarnings } = props;
  const quote = row.quote ?? '';
  return (
    <article
      className={`card fleet-card ${isLive(row) ? 'live' : ''}`}
      data-instance={row.id}
    >
      <header>
        <Checkbox
          size="xs"
          aria-label={t('console:select', { id: row.id })}
          checked={selected}
          onChange={(event) => onSelect(row.id, event.currentTarget.checked)}
        />
        <InstanceLink row={row} />
        <RowMode row={row} />
        <span className="fleet-card-end">
          <WarningCount row={row} onOpen={onWarnings} />
          <RowMenu row={row} />
        </span>
      </header>
      <div className="fleet-card-line">
        <StateMark row={row} />
        <span className="fleet-card-reason">
          <StateReason row={row} t={t} />
        </span>
      </div>
      <div className="fleet-card-line">
        <span>{row.symbol ?? '–'}</span>
        <span className="quiet">
          <VenueAndDirection row={row} />
        </span>
        <Sparkline values={row.sparkline} />
      </div>
      <RangeBar row={row} />
      <dl>
        <Figure name={t('console:columns.total_pnl')}>
          <Money text={row.total_pnl} unit={quote} />
        </Figure>
        <Figure name={t('console:columns.total_24h')}>
          <Money text={row.total_24h} unit={quote} />
        </Figure>
        <Figure name={t('console:columns.grid_profit')}>
          <Money text={row.grid_profit} unit={quote} />
        </Figure>
        <Figure name={t('console:columns.position')}>
          <Size text={row.position} base={row.base} />
        </Figure>
        <Figure name={t('console:columns.apr_grid')}>
          <Rate text={row.apr_grid} />
        </Figure>
        <Figure name={t('console:columns.cycles')}>
          <Count value={row.cycles} />
        </Figure>
        <Figure name={t('console:columns.open_orders')}>
          <OrdersOfN row={row} />
        </Figure>
        <Figure name={t('console:columns.restarts')}>
          <Count value={row.restarts} />
        </Figure>
        <Figure name={t('console:columns.cpu_percent')}>
          <Cpu row={row} /> <Memory row={row} />
        </Figure>
      </dl>
    </article>
  );
});

function Figure({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
