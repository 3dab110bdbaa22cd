/** What is wrong with a row as a count: its warnings, and a sign where its state says more. */
import { ActionIcon, VisuallyHidden } from '@mantine/core';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { useConsoleWords } from '../console-words.ts';
import { needsAttention } from './row-order.ts';

/** How many warnings there are; opens them, with what is wrong and what can be done. */
export function WarningCount(props: {
  readonly row: FleetRow;
  readonly onOpen: (row: FleetRow) => void;
}) {
  const { t } = useConsoleWords();
  const { row, onOpen } = props;
  const { id, warnings } = row;
  const count = warnings.length;
  if (!needsAttention(row)) return <span className="quiet">0</span>;
  const label =
    count === 0 ? t('console:trouble.open', { id }) : t('console:warnings.open', { id, count });
  return (
    <ActionIcon
      variant="light"
      color="yellow"
      size="sm"
      w="auto"
      px={6}
      className="warning-count"
      onClick={() => onOpen(row)}
    >
      <VisuallyHidden>{label}</VisuallyHidden>
      <span aria-hidden>▲ {count === 0 ? '' : count}</span>
    </ActionIcon>
  );
}
