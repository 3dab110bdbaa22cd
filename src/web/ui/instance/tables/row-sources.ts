/** Where the tables of the instance page read their rows. */
import type { FillView, OrderView } from '../../../../contract/instance-views.ts';
import type { FillPage, Happening, OrderPage } from '../../../../contract/page-api.ts';
import { get } from '../../shell/api.ts';
import type { PageSource } from '../../shell/paged-rows.ts';

export const FILLS: PageSource<FillView> = {
  key: ['fills'],
  read: async (before, limit, signal) => {
    const answer = await get<FillPage>(`/api/fills/page?${query({ limit, before })}`, signal);
    if (!answer.ok) return answer;
    return { ok: true, value: { rows: answer.value.fills, next: answer.value.next } };
  },
  idOf: ({ trade_id }) => trade_id,
  grows: true,
};

export const ORDER_STATUSES = ['open', 'filled', 'cancelled', 'rejected'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Orders of one status, or of all: a row changes while its order lives. */
export function ordersOf(status: OrderStatus | null): PageSource<OrderView> {
  return {
    key: ['orders', status ?? 'all'],
    read: async (before, limit, signal) => {
      const path = `/api/orders/page?${query({ limit, before, status })}`;
      const answer = await get<OrderPage>(path, signal);
      if (!answer.ok) return answer;
      return { ok: true, value: { rows: answer.value.orders, next: answer.value.next } };
    },
    idOf: ({ id }) => id,
    grows: false,
  };
}

export const HAPPENINGS: PageSource<Happening> = {
  key: ['happenings'],
  read: async (before, limit, signal) => {
    const path = `/api/happenings?${query({ limit, before })}`;
    const answer = await get<readonly Happening[]>(path, signal);
    if (!answer.ok) return answer;
    const rows = answer.value;
    const last = rows.at(-1);
    const full = rows.length >= limit && last !== undefined;
    return { ok: true, value: { rows, next: full ? String(last.id) : null } };
  },
  idOf: ({ id }) => id,
  grows: true,
};

/** Values that are null are left out. */
export function query(values: Readonly<Record<string, string | number | null>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null) search.set(name, String(value));
  }
  return search.toString();
}
