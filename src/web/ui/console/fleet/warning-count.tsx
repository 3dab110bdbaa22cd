/** The warnings of a row as a count. */
import { ActionIcon, VisuallyHidden } from '@mantine/core';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { useConsoleWords } from '../console-words.ts';

/** How many warnings there are; opens them. */
export function WarningCount(props: {
  readonly row: FleetRow;
  readonly onOpen: (row: FleetRow) => void;
}) {
  const { t } = useConsoleWords();
  const count = props.row.warnings.length;
  if (count === 0) return <span className="quiet">0</span>;
  return (
    <ActionIcon
      variant="light"
      color="yellow"
      size="sm"
      w="auto"
      px={6}
      className="warning-count"
      onClick={() => props.onOpen(props.row)}
    >
      <VisuallyHidden>{t('console:warnings.open', { id: props.row.id, count })}</VisuallyHidden>
      <span aria-hidden>▲ {count}</span>
    </ActionIcon>
  );
}
