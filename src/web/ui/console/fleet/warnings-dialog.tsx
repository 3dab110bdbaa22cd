/** The warnings of one instance, as its bot says them. */
import { List, Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { codedWords } from '../../words/said-words.ts';
import { useConsoleWords } from '../console-words.ts';

export function WarningsDialog(props: {
  readonly row: FleetRow | null;
  readonly onClose: () => void;
}) {
  const { t, language } = useConsoleWords();
  const { t: plainT } = useTranslation();
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
          <List.Item key={warning}>
            <SaidText
              words={codedWords(plainT, language, warning, row.coded)}
              sentence={warning}
            />
          </List.Item>
        ))}
      </List>
    </Modal>
  );
}
