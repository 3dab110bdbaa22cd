/** Saving a config: what changes by key and by line, a note why, and what the instance did then. */
import { Text, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ConfigSaved, ConfigView, SaveConfig } from '../../../../contract/console-api.ts';
import { send } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { useForget } from '../requests.ts';
import { ResultLine } from '../verbs/verb-results.tsx';
import { DiffView } from './diff-view.tsx';
import type { Draft } from './drafts.ts';
import { configPath } from './paths.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly opened: boolean;
  readonly config: ConfigView;
  readonly draft: Draft;
  /** It has problems: it is saved as a file that cannot start. */
  readonly faulty: boolean;
  readonly running: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

export function SaveDialog(props: Props) {
  const { t } = useConsoleWords();
  const { opened, config, draft, faulty, running, onSaved, onClose } = props;
  const [note, setNote] = useState('');
  // What is saved stays readable once the draft is gone.
  const [shown, setShown] = useState({ before: '', after: '' });
  const forget = useForget();
  useEffect(() => {
    if (!opened) return;
    setNote('');
    setShown({ before: config.text, after: draft.text });
  }, [opened]);
  const body: SaveConfig = { text: draft.text, base_version: draft.base, note: note.trim() };
  return (
    <ConfirmDialog<ConfigSaved>
      opened={opened}
      size="xl"
      onClose={onClose}
      title={t('console:save.title', { id: config.id })}
      confirm={t('console:save.confirm')}
      disabled={faulty}
      about={body}
      act={async () => {
        const answer = await send<ConfigSaved>('PUT', configPath(config.id), body);
        forget('/api/configs');
        if (answer.ok) onSaved();
        return answer;
      }}
      result={(saved) => <Saved saved={saved} id={config.id} />}
      look={t('console:save.look')}
    >
      <DiffView before={shown.before} after={shown.after} />
      {faulty && <p className="loss small">✕ {t('console:save.faulty')}</p>}
      <Text size="sm">{t(running ? 'console:save.applies' : 'console:save.waits')}</Text>
      <TextInput
        label={t('console:save.note')}
        placeholder={t('console:save.note_hint')}
        value={note}
        maxLength={500}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
    </ConfirmDialog>
  );
}

/** What came of a save or rollback. */
export function Saved({ saved, id }: { readonly saved: ConfigSaved; readonly id: string }) {
  const { t } = useConsoleWords();
  const refused = saved.applied !== null && !saved.applied.ok;
  const values = { id, version: saved.version };
  return (
    <>
      <p className={refused ? 'loss strong' : 'gain strong'} role={refused ? 'alert' : 'status'}>
        {refused
          ? `✕ ${t('console:save.saved_only', values)}`
          : `✓ ${t('console:save.saved', values)}`}
      </p>
      {saved.changed.length > 0 && (
        <p className="small">
          {t('console:save.changed')} <code>{saved.changed.join(', ')}</code>
        </p>
      )}
      {saved.applied !== null && (
        <ul className="effect-list">
          <ResultLine result={saved.applied} row={null} />
        </ul>
      )}
    </>
  );
}
