/** The warnings of one instance, as its bot says them. */
import { List, Modal, Text } from '@mantine/core';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { useConsoleWords } from '../console-words.ts';

export function WarningsDialog(props: {
  readonly row: FleetRow | null;
  readonly onClose: () => void;
}) {
  const { t } = useConsoleWords();
  const { row, onClose } = props;
  return (
    <Modal
      opened={row !== null}
      onClose={onClose}
      title={t('console:warnings.title', { id: row?.id ?? '' })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {row?.warnings.length === 0 && <Text className="quiet">{t('console:warnings.gone')}</Text>}
      <List spacing="xs" size="sm">
        {row?.warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Modal>
  );
}
