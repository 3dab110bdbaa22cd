/** A list that one route answers whole, as the rows of a data table. */
import type { TableRows } from '../shell/paged-rows.ts';
import type { Asked } from './requests.ts';

export function tableRows<Row>(asked: Asked<readonly Row[]>): TableRows<Row> {
  const { value, failure, retry } = asked;
  return { rows: value, failure, retry, more: false, loading: false, loadMore: () => {} };
}
