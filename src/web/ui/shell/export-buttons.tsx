/**
 * CSV and JSON of a table: every row there is, loaded or not, or those that the filter leaves. What
 * came of it is said, with the number of rows.
 */
import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from './api.ts';
import { FailureText } from './failure-text.tsx';
import { downloadFile } from './file-download.ts';
import type { Column } from './table-column.ts';
import { csvOf, exportName, jsonOf } from './table-export.ts';
import type { ExportField } from './table-export.ts';
import { rowsMatching } from './table-rows.ts';

export interface ExportButtonsProps<Row> {
  /** Parts of the file's name, e.g. the instance and "fills". */
  readonly name: readonly string[];
  readonly fields: readonly ExportField<Row>[];
  readonly columns: readonly Column<Row>[];
  readonly filter: string;
  /** All rows; `progress` hears how many there are so far. */
  readonly read: (progress: (count: number) => void) => Promise<Answer<readonly Row[]>>;
}

const TYPES = { csv: 'text/csv;charset=utf-8', json: 'application/json' } as const;
type Format = keyof typeof TYPES;

export function ExportButtons<Row>(props: ExportButtonsProps<Row>) {
  const { t } = useTranslation();
  const [count, setCount] = useState<number | null>(null);
  const write = async (format: Format) => {
    setCount(0);
    const answer = await props.read(setCount);
    setCount(null);
    if (!answer.ok) {
      notifications.show({ color: 'red', message: <FailureText failure={answer.error} /> });
      return;
    }
    const rows = rowsMatching(answer.value, props.columns, props.filter);
    const text = (format === 'csv' ? csvOf : jsonOf)(props.fields, rows);
    downloadFile(exportName(props.name, new Date(), format), TYPES[format], text);
    const all = answer.value.length;
    const said = t('table.exported', { count: rows.length });
    const message = rows.length === all ? said : t('table.exported_of', { said, all });
    notifications.show({ message });
  };
  const what = t(props.filter.trim() === '' ? 'table.export_all' : 'table.export_matching');
  return (
    <Group gap={4} wrap="nowrap">
      {(['csv', 'json'] as const).map((format) => (
        <Button
          key={format}
          variant="default"
          size="compact-xs"
          disabled={count !== null}
          title={what}
          aria-label={`${t(`common.export_${format}`)}: ${what}`}
          onClick={() => void write(format)}
        >
          {count === null || count === 0 ? t(`common.export_${format}`) : `${count} …`}
        </Button>
      ))}
    </Group>
  );
}
