/** Orders of any status, newest first, with what became of each and why. */
import { NativeSelect } from '@mantine/core';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { OrderView } from '../../../../contract/instance-views.ts';
import { exact } from '../../format/amount.ts';
import { momentText } from '../../format/moment.ts';
import { DataTable } from '../../shell/data-table.tsx';
import { ExportButtons } from '../../shell/export-buttons.tsx';
import { allRows, usePagedRows } from '../../shell/paged-rows.ts';
import { SideTag } from '../../shell/side-tag.tsx';
import type { Column } from '../../shell/table-column.ts';
import type { ExportField } from '../../shell/table-export.ts';
import { lineWords } from '../../words/line-words.ts';
import { wordsAt } from '../../words/languages.ts';
import { useMark, useStale } from './marks.ts';
import { ORDER_STATUSES, ordersOf } from './row-sources.ts';
import type { OrderStatus } from './row-sources.ts';

/** `id`: of the instance, for the names of files. Figures that move elsewhere do not touch it. */
export const OrdersTable = memo(function OrdersTable({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<OrderStatus | null>(null);
  const source = useMemo(() => ordersOf(wanted), [wanted]);
  const rows = usePagedRows(source, useMark('orders'));
  const columns = useMemo(() => orderColumns(t), [t]);
  return (
    <DataTable
      key={wanted ?? 'all'}
      label={t('orders.label')}
      columns={columns}
      source={rows}
      idOf={({ id }) => id}
      empty={t(wanted === null ? 'orders.empty' : 'orders.none_of_status')}
      stale={useStale()}
      choices={
        <NativeSelect
          size="xs"
          aria-label={t('column.status')}
          value={wanted ?? ''}
          onChange={({ currentTarget: { value } }) =>
            setWanted(ORDER_STATUSES.find((each) => each === value) ?? null)
          }
          data={[
            { value: '', label: t('orders.all') },
            ...ORDER_STATUSES.map((value) => ({ value, label: statusText(t, value) })),
          ]}
        />
      }
      exports={(filter) => (
        <ExportButtons
          name={[id, 'orders', ...(wanted === null ? [] : [wanted])]}
          fields={FIELDS}
          columns={columns}
          filter={filter}
          read={(progress) => allRows(source, progress)}
        />
      )}
    />
  );
});

const FIELDS: readonly ExportField<OrderView>[] = [
  { name: 'created_at', kind: 'text', value: ({ created_at: at }) => at },
  { name: 'id', kind: 'number', value: ({ id }) => id },
  { name: 'client_id', kind: 'text', value: ({ client_id: id }) => id },
  { name: 'role', kind: 'text', value: ({ role }) => role },
  { name: 'gap', kind: 'number', value: ({ gap }) => gap },
  { name: 'side', kind: 'text', value: ({ side }) => side },
  { name: 'price', kind: 'number', value: ({ price }) => price },
  { name: 'size', kind: 'number', value: ({ size }) => size },
  { name: 'filled', kind: 'number', value: ({ filled }) => filled },
  { name: 'status', kind: 'text', value: ({ status }) => status },
  { name: 'reason', kind: 'text', value: ({ reason }) => reason },
];

function orderColumns(t: TFunction): readonly Column<OrderView>[] {
  return [
    {
      ...{ key: 'at', title: t('column.time'), kind: 'text', width: 15 },
      text: ({ created_at: at }) => momentText(at),
      sortBy: ({ created_at: at }) => at,
      hint: ({ created_at: at }) => at,
    },
    {
      ...{ key: 'side', title: t('column.side'), kind: 'text', width: 8 },
      text: ({ side }) => t(`side.${side}`),
      cell: ({ side }) => <SideTag side={side} />,
    },
    {
      ...{ key: 'price', title: t('column.price'), kind: 'number', width: 10 },
      text: ({ price }) => (price === null ? t('orders.market') : exact(price)),
      sortBy: ({ price }) => price,
    },
    {
      ...{ key: 'status', title: t('column.status'), kind: 'text', width: 10 },
      text: ({ status }) => statusText(t, status),
    },
    {
      ...{ key: 'size', title: t('column.size'), kind: 'number', width: 9 },
      text: ({ size }) => exact(size),
      sortBy: ({ size }) => size,
    },
    {
      ...{ key: 'filled', title: t('column.filled'), kind: 'number', width: 9 },
      text: ({ filled }) => exact(filled),
      sortBy: ({ filled }) => filled,
    },
    {
      ...{ key: 'reason', title: t('column.reason'), kind: 'text', width: 22, wraps: true },
      text: ({ reason }) => (reason === null ? '' : lineWords(t, reason)),
      hint: ({ reason }) => reason ?? undefined,
    },
    {
      ...{ key: 'role', title: t('column.role'), kind: 'text', width: 11 },
      text: ({ role }) => roleText(t, role),
    },
    {
      ...{ key: 'id', title: t('column.order'), kind: 'number', width: 9 },
      text: ({ id }) => `#${id}`,
      sortBy: ({ id }) => String(id),
      hint: ({ client_id: id }) => id,
    },
  ];
}

/** The word for a status or role; one that a newer bot invented comes as it is. */
function statusText(t: TFunction, status: string): string {
  return wordsAt(t, `order_status.${status}`, status);
}

function roleText(t: TFunction, role: string): string {
  return wordsAt(t, `order_role.${role}`, role);
}
