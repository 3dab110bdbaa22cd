/** What happened to the grid and why, newest first: in words, with the bot's own sentences. */
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { Happening } from '../../../../contract/page-api.ts';
import { momentText } from '../../format/moment.ts';
import { shownText } from '../../format/plain-text.ts';
import { DataTable } from '../../shell/data-table.tsx';
import { ExportButtons } from '../../shell/export-buttons.tsx';
import { allRows, usePagedRows } from '../../shell/paged-rows.ts';
import { SaidText } from '../../shell/said-text.tsx';
import type { Column } from '../../shell/table-column.ts';
import type { ExportField } from '../../shell/table-export.ts';
import { happeningTold, happeningWords } from '../../words/happening-words.ts';
import { useMark, useStale } from './marks.ts';
import { HAPPENINGS } from './row-sources.ts';

/** `id`: of the instance, for the names of files. Figures that move elsewhere do not touch it. */
export const HappeningsTable = memo(function HappeningsTable({ id }: { readonly id: string }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const source = usePagedRows(HAPPENINGS, useMark('happenings'));
  const columns = useMemo(() => happeningColumns(t, language), [t, language]);
  return (
    <DataTable
      label={t('happenings.label')}
      columns={columns}
      source={source}
      idOf={HAPPENINGS.idOf}
      empty={t('happenings.empty')}
      stale={useStale()}
      exports={(filter) => (
        <ExportButtons
          name={[id, 'events']}
          fields={FIELDS}
          columns={columns}
          filter={filter}
          read={(progress) => allRows(HAPPENINGS, progress)}
        />
      )}
    />
  );
});

const FIELDS: readonly ExportField<Happening>[] = [
  { name: 'id', kind: 'number', value: ({ id }) => id },
  { name: 'at', kind: 'text', value: ({ at }) => at },
  { name: 'code', kind: 'text', value: ({ code }) => code },
  { name: 'text', kind: 'text', value: ({ text }) => text },
];

function happeningColumns(t: TFunction, language: string): readonly Column<Happening>[] {
  const told = (row: Happening) => {
    const { words, sentence } = happeningTold(t, language, row);
    return { words, sentence: shownText(sentence) };
  };
  return [
    {
      ...{ key: 'at', title: t('column.time'), kind: 'text', width: 15 },
      text: ({ at }) => momentText(at),
      sortBy: ({ at }) => at,
      hint: ({ at }) => at,
    },
    {
      ...{ key: 'code', title: t('column.event'), kind: 'text', width: 26 },
      // Found by its code as well, as logs and files have it.
      text: ({ code }) => `${happeningWords(t, code)} ${code}`,
      cell: ({ code }) => happeningWords(t, code),
      hint: ({ code }) => code,
    },
    {
      ...{ key: 'text', title: t('column.reason'), kind: 'text', width: 60, wraps: true },
      // Found by its English as well, as logs and files have it.
      text: (row) => `${told(row).words ?? ''} ${shownText(row.text)}`.trim(),
      cell: (row) => <SaidText {...told(row)} />,
      hint: ({ text }) => shownText(text),
    },
  ];
}
