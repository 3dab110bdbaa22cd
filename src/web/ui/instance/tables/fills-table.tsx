/** Every booked fill, newest first: what it cost, what it closed and what that cycle earned. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { FillView, StatusView } from '../../../../contract/instance-views.ts';
import { decimalsFor, exact, money, signedMoney, toneOf } from '../../format/amount.ts';
import { momentText } from '../../format/moment.ts';
import { DataTable } from '../../shell/data-table.tsx';
import { ExportButtons } from '../../shell/export-buttons.tsx';
import { allRows, usePagedRows } from '../../shell/paged-rows.ts';
import { SideTag } from '../../shell/side-tag.tsx';
import type { Column } from '../../shell/table-column.ts';
import type { ExportField } from '../../shell/table-export.ts';
import { useMark, useStale } from './marks.ts';
import { FILLS } from './row-sources.ts';

const LEAST_FEE_DECIMALS = 4;

export function FillsTable({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const source = usePagedRows(FILLS, useMark('fills'));
  const columns = useMemo(() => fillColumns(t), [t]);
  return (
    <DataTable
      label={t('fills.label')}
      columns={columns}
      source={source}
      idOf={FILLS.idOf}
      empty={t('fills.empty')}
      stale={useStale()}
      exports={(filter) => (
        <ExportButtons
          name={[status.instance_id, 'fills']}
          fields={FIELDS}
          columns={columns}
          filter={filter}
          read={(progress) => allRows(FILLS, progress)}
        />
      )}
    />
  );
}

const FIELDS: readonly ExportField<FillView>[] = [
  { name: 'at', kind: 'text', value: ({ at }) => at },
  { name: 'trade_id', kind: 'text', value: ({ trade_id: id }) => id },
  { name: 'order_id', kind: 'number', value: ({ order_id: id }) => id },
  { name: 'gap', kind: 'number', value: ({ gap }) => gap },
  { name: 'side', kind: 'text', value: ({ side }) => side },
  { name: 'price', kind: 'number', value: ({ price }) => price },
  { name: 'size', kind: 'number', value: ({ size }) => size },
  { name: 'fee', kind: 'number', value: ({ fee }) => fee },
  { name: 'cycle_profit', kind: 'number', value: ({ cycle_profit: profit }) => profit },
  { name: 'closes_price', kind: 'number', value: ({ closes }) => closes?.price ?? null },
  { name: 'closes_at', kind: 'text', value: ({ closes }) => closes?.at ?? null },
];

function fillColumns(t: TFunction): readonly Column<FillView>[] {
  return [
    {
      ...{ key: 'at', title: t('column.time'), kind: 'text', width: 15 },
      text: ({ at }) => momentText(at),
      sortBy: ({ at }) => at,
      hint: ({ at }) => at,
    },
    {
      ...{ key: 'side', title: t('column.side'), kind: 'text', width: 8 },
      text: ({ side }) => t(`side.${side}`),
      cell: ({ side }) => <SideTag side={side} />,
    },
    {
      ...{ key: 'price', title: t('column.price'), kind: 'number', width: 10 },
      text: ({ price }) => exact(price),
      sortBy: ({ price }) => price,
    },
    {
      ...{ key: 'profit', title: t('column.cycle_profit'), kind: 'number', width: 12 },
      text: ({ cycle_profit: profit }) =>
        profit === null ? '' : signedMoney(profit, decimalsFor(profit)),
      sortBy: ({ cycle_profit: profit }) => profit,
      cell: ({ cycle_profit: profit }) => (profit === null ? null : <Profit amount={profit} />),
      hint: ({ cycle_profit: profit }) => profit ?? undefined,
    },
    {
      ...{ key: 'pair', title: t('column.pair'), kind: 'text', width: 24 },
      text: (fill) => pairText(t, fill),
      sortBy: ({ closes }) => closes?.at ?? null,
      hint: ({ closes }) => closes?.at ?? undefined,
    },
    {
      ...{ key: 'size', title: t('column.size'), kind: 'number', width: 9 },
      text: ({ size }) => exact(size),
      sortBy: ({ size }) => size,
    },
    {
      ...{ key: 'fee', title: t('column.fee'), kind: 'number', width: 10 },
      text: ({ fee }) => money(fee, Math.max(LEAST_FEE_DECIMALS, decimalsFor(fee))),
      sortBy: ({ fee }) => fee,
      hint: ({ fee }) => fee,
    },
    {
      ...{ key: 'order', title: t('column.order'), kind: 'number', width: 9 },
      text: ({ order_id: id }) => (id === null ? '' : `#${id}`),
      sortBy: ({ order_id: id }) => (id === null ? null : String(id)),
    },
    {
      ...{ key: 'trade', title: t('column.trade'), kind: 'text', width: 16 },
      text: ({ trade_id: id }) => id,
      hint: ({ trade_id: id }) => id,
    },
  ];
}

/** What the fill closed: the price of the other side and when that was filled. */
function pairText(t: TFunction, { closes, side }: FillView): string {
  if (closes === undefined || closes === null) return '';
  const price = exact(closes.price);
  const other = t(side === 'sell' ? 'fills.bought_at' : 'fills.sold_at', { price });
  return closes.at === null ? other : `${other} · ${momentText(closes.at)}`;
}

function Profit({ amount }: { readonly amount: string }) {
  return <span className={toneOf(amount)}>{signedMoney(amount, decimalsFor(amount))}</span>;
}
