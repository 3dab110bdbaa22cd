/** Goes back to an older version of a config: that text becomes a new version, nothing is lost. */
import { Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ConfigSaved, ConfigVersionText } from '../../../../contract/console-api.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { useForget, useRoute } from '../requests.ts';
import { DiffView } from './diff-view.tsx';
import { configPath, versionPath } from './paths.ts';
import { Saved } from './save-dialog.tsx';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly id: string;
  /** Null: closed. */
  readonly version: number | null;
  readonly present: string;
  readonly onClose: () => void;
}

export function RollbackDialog({ id, version, present, onClose }: Props) {
  const { t } = useConsoleWords();
  const [note, setNote] = useState('');
  // Both stay readable while the dialog closes and after the config changed.
  const [last, setLast] = useState({ version: 0, present: '' });
  const forget = useForget();
  useEffect(() => {
    if (version === null) return;
    setNote('');
    setLast({ version, present });
  }, [version]);
  const path = last.version === 0 ? null : versionPath(id, last.version);
  const { value } = useRoute<ConfigVersionText>(path);
  const body = { version: last.version, note: note.trim() };
  return (
    <ConfirmDialog<ConfigSaved>
      opened={version !== null}
      size="xl"
      onClose={onClose}
      title={t('console:history.rollback_title', { id, version: last.version })}
      confirm={t('console:history.rollback_confirm', { version: last.version })}
      about={body}
      act={async () => {
        const answer = await post<ConfigSaved>(configPath(id, 'rollback'), body);
        forget('/api/configs');
        return answer;
      }}
      result={(saved) => <Saved saved={saved} id={id} />}
      look={t('console:save.look')}
    >
      <Text size="sm">{t('console:history.rollback_meaning')}</Text>
      {value !== undefined && <DiffView before={last.present} after={value.text} />}
      <TextInput
        label={t('console:save.note')}
        placeholder={t('console:save.note_hint')}
        value={note}
        maxLength={500}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
