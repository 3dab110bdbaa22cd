/** Retires the config of a stopped instance: the file moves to the archive, with its versions. */
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { goTo, hrefOf } from '../address.ts';
import { useForget } from '../requests.ts';
import { configPath } from './paths.ts';
import { useConsoleWords } from '../console-words.ts';

export function ArchiveButton({ id, running }: { readonly id: string; readonly running: boolean }) {
  const { t } = useConsoleWords();
  const [opened, setOpened] = useState(false);
  const forget = useForget();
  return (
    <>
      <Button
        variant="default"
        disabled={running}
        title={running ? t('console:archive.stop_first') : ''}
        onClick={() => setOpened(true)}
      >
        {t('console:archive.archive')}
      </Button>
      <ConfirmDialog<unknown>
        opened={opened}
        brief
        onClose={() => setOpened(false)}
        title={t('console:archive.title', { id })}
        confirm={t('console:archive.archive')}
        about={{ id }}
        act={async () => {
          const answer = await post(configPath(id, 'archive'), {});
          forget('/api/configs');
          forget('/api/archived');
          if (answer.ok) goTo(hrefOf('configs'));
          return answer;
        }}
        result={() => t('console:archive.done', { id })}
        look={t('console:archive.look')}
      >
        <Text size="sm">{t('console:archive.meaning')}</Text>
      </ConfirmDialog>
    </>
  );
}
