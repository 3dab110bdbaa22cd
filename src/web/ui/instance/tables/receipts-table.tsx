/**
 * Receipts of stops and ends, or of days: what each period did to the account by the venue's own
 * fills, beside what the grid says of it.
 */
import { SegmentedControl } from '@mantine/core';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { ReceiptPeriod, ReceiptView } from '../../../../contract/receipt-api.ts';
import { decimalsFor, exact, isSame, money, signedMoney, toneOf } from '../../format/amount.ts';
import { momentText } from '../../format/moment.ts';
import { get } from '../../shell/api.ts';
import type { Answer } from '../../shell/api.ts';
import { DataTable } from '../../shell/data-table.tsx';
import { ExportButtons } from '../../shell/export-buttons.tsx';
import { useWholeRows } from '../../shell/paged-rows.ts';
import type { Column } from '../../shell/table-column.ts';
import type { ExportField } from '../../shell/table-export.ts';
import { endReasonWords, leftWords } from '../../words/end-words.ts';
import { useMark, useStale } from './marks.ts';

const SERIES = ['stop', 'day'] as const;
type Series = (typeof SERIES)[number];
/** As many as the route gives at once. */
const MOST = 1000;

/** `id`: of the instance, for the names of files. Figures that move elsewhere do not touch it. */
export const ReceiptsTable = memo(function ReceiptsTable({ id }: { readonly id: string }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const [series, setSeries] = useState<Series>('stop');
  const read = (signal?: AbortSignal): Promise<Answer<readonly ReceiptView[]>> =>
    get(`/api/receipts?by=${series}&limit=${MOST}`, signal);
  const source = useWholeRows(['receipts', series], read, useMark('receipts'));
  const columns = useMemo(() => receiptColumns(t, language), [t, language]);
  return (
    <DataTable
      key={series}
      label={t('receipts.label')}
      columns={columns}
      source={source}
      idOf={({ id }) => id}
      empty={t(series === 'stop' ? 'receipts.no_stop' : 'receipts.no_day')}
      stale={useStale()}
      choices={
        <SegmentedControl
          aria-label={t('receipts.by')}
          value={series}
          onChange={setSeries}
          data={SERIES.map((value) => ({ value, label: t(`receipts.by_${value}`) }))}
        />
      }
      exports={(filter) => (
        <ExportButtons
          name={[id, 'receipts', series]}
          fields={FIELDS}
          columns={columns}
          filter={filter}
          read={() => read()}
        />
      )}
    />
  );
});

const OF_PERIOD = [
  ...(['fills', 'bought', 'sold', 'cost', 'proceeds', 'fees', 'funding', 'adjusted'] as const),
  ...(['position_before', 'position_after', 'price_before', 'price_after', 'total'] as const),
  ...(['grid_profit', 'unpaired', 'difference'] as const),
];

const FIELDS: readonly ExportField<ReceiptView>[] = [
  { name: 'id', kind: 'number', value: ({ id }) => id },
  { name: 'kind', kind: 'text', value: ({ kind }) => kind },
  { name: 'reason', kind: 'text', value: ({ reason }) => reason },
  { name: 'from', kind: 'text', value: ({ period }) => period?.from ?? null },
  { name: 'to', kind: 'text', value: ({ period, at }) => period?.to ?? at },
  ...OF_PERIOD.map((name): ExportField<ReceiptView> => {
    return { name, kind: 'number', value: ({ period }) => period?.[name] ?? null };
  }),
  { name: 'orders_cancelled', kind: 'number', value: ({ orders_cancelled: n }) => n },
  { name: 'orders_left', kind: 'number', value: ({ orders_left: n }) => n },
  { name: 'why_not_flat', kind: 'text', value: ({ why_not_flat: why }) => why ?? null },
  { name: 'trade_ids', kind: 'text', value: ({ trade_ids: ids }) => ids.join(' ') },
];

function receiptColumns(t: TFunction, language: string): readonly Column<ReceiptView>[] {
  const of = (read: (period: ReceiptPeriod) => string) => (row: ReceiptView) =>
    row.period === undefined ? '' : read(row.period);
  const sum = (key: 'grid_profit' | 'unpaired' | 'total' | 'funding'): Column<ReceiptView> => ({
    ...{ key, title: t(`column.${key}`), kind: 'number', width: 12 },
    text: of((period) => signedMoney(period[key], decimalsFor(period[key]))),
    sortBy: ({ period }) => period?.[key] ?? null,
    cell: ({ period }) => (period === undefined ? '–' : <Sum amount={period[key]} />),
    hint: ({ period }) => period?.[key],
  });
  return [
    {
      ...{ key: 'at', title: t('column.period'), kind: 'text', width: 26 },
      text: ({ period, at }) =>
        period === undefined ? momentText(at) : `${momentText(period.from)} – ${momentText(at)}`,
      sortBy: ({ at }) => at,
      hint: ({ period, at }) => `${period?.from ?? ''} – ${at}`,
    },
    {
      ...{ key: 'reason', title: t('column.reason'), kind: 'text', width: 12 },
      text: ({ reason }) => endReasonWords(t, reason),
      hint: ({ why_not_flat: why }) => {
        if (why === undefined) return undefined;
        const { words, sentence } = leftWords(t, language, why);
        return words ?? sentence;
      },
    },
    sum('total'),
    sum('grid_profit'),
    sum('unpaired'),
    {
      ...{ key: 'fees', title: t('column.fees'), kind: 'number', width: 10 },
      text: of(({ fees }) => money(fees, decimalsFor(fees))),
      sortBy: ({ period }) => period?.fees ?? null,
      hint: ({ period }) => period?.fees,
    },
    sum('funding'),
    {
      ...{ key: 'fills', title: t('column.fills'), kind: 'number', width: 7 },
      text: of(({ fills }) => String(fills)),
      hint: ({ trade_ids: ids }) => ids.slice(0, 50).join(' '),
    },
    {
      ...{ key: 'sizes', title: t('column.bought_sold'), kind: 'text', width: 16 },
      text: of(({ bought, sold }) => `${exact(bought)} / ${exact(sold)}`),
    },
    {
      ...{ key: 'position', title: t('column.position'), kind: 'text', width: 14 },
      text: of(({ position_before: before, position_after: after }) =>
        isSame(before, after) ? exact(after) : `${exact(before)} → ${exact(after)}`,
      ),
    },
    {
      ...{ key: 'agrees', title: t('column.agrees'), kind: 'text', width: 14 },
      text: of(({ difference }) =>
        difference === '0' ? t('receipts.agrees') : t('receipts.differs', { difference }),
      ),
      cell: ({ period }) => (period === undefined ? null : <Agrees period={period} />),
    },
  ];
}

function Sum({ amount }: { readonly amount: string }) {
  return <span className={toneOf(amount)}>{signedMoney(amount, decimalsFor(amount))}</span>;
}

function Agrees({ period: { difference } }: { readonly period: ReceiptPeriod }) {
  const { t } = useTranslation();
  if (difference === '0') return <span className="gain">✓ {t('receipts.agrees')}</span>;
  return <span className="loss">✕ {t('receipts.differs', { difference })}</span>;
}
