/**
 * What is wrong with one instance: what its state means, why it is in it, what can be done from
 * here, and the warnings as its bot says them.
 */
import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { codedWords } from '../../words/said-words.ts';
import { hrefOf, instanceHref } from '../address.ts';
import { useConsoleWords } from '../console-words.ts';
import { askVerb } from '../verbs/verb-request.ts';
import type { Trouble } from './row-order.ts';
import { troubleOf } from './row-order.ts';
import { TroubleWords, helpsFor } from './trouble-words.tsx';

interface Props {
  readonly row: FleetRow | null;
  readonly onClose: () => void;
}

export function WarningsDialog({ row, onClose }: Props) {
  const { t } = useConsoleWords();
  const trouble = row === null ? null : troubleOf(row);
  const title = trouble === null ? 'console:warnings.title' : 'console:trouble.title';
  return (
    <Modal
      opened={row !== null}
      onClose={onClose}
      title={t(title, { id: row?.id ?? '' })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack gap="sm">
        {row !== null && trouble !== null && (
          <TroubleText row={row} trouble={trouble} onClose={onClose} />
        )}
        {row?.warnings.length === 0 && trouble === null && (
          <Text className="quiet">{t('console:warnings.gone')}</Text>
        )}
        {row !== null && row.warnings.length > 0 && (
          <Warnings row={row} headed={trouble !== null} />
        )}
      </Stack>
    </Modal>
  );
}

function TroubleText(props: {
  readonly row: FleetRow;
  readonly trouble: Trouble;
  readonly onClose: () => void;
}) {
  const { t } = useConsoleWords();
  const { row, trouble, onClose } = props;
  const { id } = row;
  return (
    <Stack gap="sm" data-trouble={trouble}>
      <TroubleWords row={row} trouble={trouble} />
      <Group gap="xs">
        {helpsFor(row, trouble).map((verb) => (
          <Button
            key={verb}
            variant="default"
            {...(verb === 'panic' ? { className: 'danger-outline' } : {})}
            onClick={() => {
              onClose();
              askVerb({ verb, ids: [id] });
            }}
          >
            {t(`console:verbs.${verb}`)}
          </Button>
        ))}
      </Group>
      <TroubleLinks row={row} onClose={onClose} />
    </Stack>
  );
}

function TroubleLinks({ row, onClose }: { readonly row: FleetRow; readonly onClose: () => void }) {
  const { t } = useConsoleWords();
  const { id } = row;
  return (
    <Group gap="md">
      {row.url !== null && row.web_port !== null && (
        <a className="link small" href={instanceHref(row.web_port)} target={`gridd-${id}`}>
          {t('console:links.page')}
        </a>
      )}
      <a className="link small" href={hrefOf('log', '', { ids: id })} onClick={onClose}>
        {t('console:links.log')}
      </a>
      <a className="link small" href={hrefOf('events', '', { ids: id })} onClick={onClose}>
        {t('console:links.events')}
      </a>
      <a className="link small" href={hrefOf('configs', id)} onClick={onClose}>
        {t('console:links.config')}
      </a>
    </Group>
  );
}

function Warnings({ row, headed }: { readonly row: FleetRow; readonly headed: boolean }) {
  const { t, language } = useConsoleWords();
  const { t: plainT } = useTranslation();
  return (
    <section>
      {headed && (
        <Text size="sm" fw={600}>
          {t('console:warnings.title', { id: row.id })}
        </Text>
      )}
      <List spacing="xs" size="sm">
        {row.warnings.map((warning) => (
          <List.Item key={warning}>
            <SaidText {...codedWords(plainT, language, warning, row.coded)} />
          </List.Item>
        ))}
      </List>
    </section>
  );
}
