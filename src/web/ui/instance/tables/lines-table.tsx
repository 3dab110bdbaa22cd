/**
 * The lines of the grid, highest first, with the price among them: what rests on each, since when,
 * and why nothing does.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { LevelView, StatusView } from '../../../../contract/instance-views.ts';
import { exact, isAbove } from '../../format/amount.ts';
import { ageText, momentText } from '../../format/moment.ts';
import { DataTable } from '../../shell/data-table.tsx';
import { ExportButtons } from '../../shell/export-buttons.tsx';
import { useNow } from '../../shell/now.ts';
import { SideTag } from '../../shell/side-tag.tsx';
import type { Column } from '../../shell/table-column.ts';
import type { ExportField } from '../../shell/table-export.ts';
import { lineWords } from '../../words/line-words.ts';
import { useInstance } from '../instance-topics.ts';
import { useStale } from './marks.ts';
import { ladderOf } from './ladder.ts';
import type { LadderRow } from './ladder.ts';

const AGE_TICK_MS = 10_000;

export function LinesTable({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const levels = useInstance('levels');
  const stale = useStale();
  const now = useNow(AGE_TICK_MS);
  const columns = useMemo(() => lineColumns(t, now), [t, now]);
  const rows = useMemo(
    () => (levels === undefined ? undefined : ladderOf(levels, status.price)),
    [levels, status.price],
  );
  const read = () => Promise.resolve({ ok: true as const, value: rowsOfLines(levels ?? []) });
  return (
    <DataTable
      label={t('lines.label')}
      columns={columns}
      source={{ ...STREAMED, rows }}
      idOf={(row) => (row.kind === 'price' ? 'price' : row.level.index)}
      empty={t('lines.empty')}
      stale={stale}
      rowClass={(row) => (row.kind === 'price' ? 'here' : '')}
      centreOn="price"
      exports={(filter) => (
        <ExportButtons
          name={[status.instance_id, 'lines']}
          fields={FIELDS}
          columns={columns}
          filter={filter}
          read={read}
        />
      )}
    />
  );
}

/** Lines come whole with the stream. */
const STREAMED = {
  failure: null,
  retry: () => undefined,
  more: false,
  loading: false,
  loadMore: () => undefined,
};

type LineRow = Extract<LadderRow, { kind: 'line' }>;

function rowsOfLines(levels: readonly LevelView[]): readonly LadderRow[] {
  return levels.map((level) => ({ kind: 'line', level }));
}

function ofLine(read: (level: LevelView) => string | number | null) {
  return (row: LadderRow) => (row.kind === 'line' ? read(row.level) : null);
}

const FIELDS: readonly ExportField<LadderRow>[] = [
  { name: 'index', kind: 'number', value: ofLine(({ index }) => index) },
  { name: 'price', kind: 'number', value: ofLine(({ price }) => price) },
  { name: 'side', kind: 'text', value: ofLine(({ side }) => side) },
  { name: 'size', kind: 'number', value: ofLine(({ size }) => size) },
  { name: 'filled', kind: 'number', value: ofLine(({ filled }) => filled) },
  { name: 'order_id', kind: 'number', value: ofLine(({ order_id: id }) => id) },
  { name: 'client_id', kind: 'text', value: ofLine(({ client_id: id = null }) => id) },
  { name: 'since', kind: 'text', value: ofLine(({ since = null }) => since) },
  { name: 'reason', kind: 'text', value: ofLine(({ reason }) => reason) },
];

function lineColumns(t: TFunction, now: number): readonly Column<LadderRow>[] {
  const text = (read: (row: LineRow) => string) => (row: LadderRow) =>
    row.kind === 'line' ? read(row) : '';
  const sortable = (read: (level: LevelView) => string | null) => (row: LadderRow) =>
    row.kind === 'line' ? read(row.level) : null;
  return [
    {
      ...{ key: 'price', title: t('column.price'), kind: 'number', width: 11 },
      text: (row) => (row.kind === 'line' ? exact(row.level.price) : `▸ ${exact(row.price)}`),
      sortBy: (row) => (row.kind === 'line' ? row.level.price : row.price),
    },
    {
      ...{ key: 'side', title: t('column.side'), kind: 'text', width: 8 },
      text: (row) => sideText(t, row),
      cell: (row) =>
        row.kind === 'line' && row.level.side !== null ? (
          <SideTag side={row.level.side} />
        ) : (
          sideText(t, row)
        ),
    },
    {
      ...{ key: 'size', title: t('column.size'), kind: 'number', width: 9 },
      text: text(({ level }) => (level.side === null ? '' : exact(level.size))),
      sortBy: sortable(({ side, size }) => (side === null ? null : size)),
    },
    {
      ...{ key: 'state', title: t('column.state'), kind: 'text', width: 24, wraps: true },
      text: (row) => (row.kind === 'line' ? lineState(t, row.level) : placeText(t, row.place)),
      cell: (row) =>
        row.kind === 'line' ? <LineState level={row.level} /> : placeText(t, row.place),
      hint: text(({ level }) => level.reason ?? ''),
    },
    {
      ...{ key: 'filled', title: t('column.filled'), kind: 'number', width: 9 },
      text: text(({ level }) => (isAbove(level.filled, '0') ? exact(level.filled) : '')),
      sortBy: sortable(({ filled }) => filled),
    },
    {
      ...{ key: 'order', title: t('column.order'), kind: 'number', width: 10 },
      text: text(({ level: { order_id: id } }) => (id === null ? '' : `#${id}`)),
      sortBy: sortable(({ order_id: id }) => (id === null ? null : String(id))),
      hint: text(({ level }) => level.client_id ?? ''),
    },
    {
      ...{ key: 'age', title: t('column.age'), kind: 'text', width: 11 },
      text: text(({ level: { since = null } }) => (since === null ? '' : ageText(t, since, now))),
      sortBy: sortable(({ since = null }) => since),
      hint: text(({ level: { since = null } }) => (since === null ? '' : momentText(since))),
    },
  ];
}

function sideText(t: TFunction, row: LadderRow): string {
  if (row.kind === 'price') return t('lines.price');
  return row.level.side === null ? '–' : t(`side.${row.level.side}`);
}

function placeText(t: TFunction, place: 'on' | 'above' | 'below' | 'between'): string {
  return place === 'between' ? '' : t(`lines.${place}`);
}

/** What is with a line: rests, part filled, why not, or meant to be empty. */
function lineState(t: TFunction, level: LevelView): string {
  if (level.reason !== null) return lineWords(t, level.reason);
  if (level.side === null) return t('lines.empty_line');
  return isAbove(level.filled, '0') ? t('lines.part_filled') : t('lines.rests');
}

function LineState({ level }: { readonly level: LevelView }) {
  const { t } = useTranslation();
  const words = lineState(t, level);
  const missing = level.reason !== null;
  if (missing) return <span className="attention">⚠ {words}</span>;
  return <span className="quiet">{words}</span>;
}
