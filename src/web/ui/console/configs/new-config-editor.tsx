/** The config of an instance that is not there yet. */
import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ConfigSaved, NewConfig } from '../../../../contract/console-api.ts';
import { isInstanceId } from '../../../../contract/instance-config.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { goTo, hrefOf } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { useForget } from '../requests.ts';
import { nodeAt, parseText, withValue } from './config-text.ts';
import { useDraft } from './drafts.ts';
import { Saved } from './save-dialog.tsx';
import { TextEditor } from './text-editor.tsx';
import { useCheck } from './use-check.ts';
import { Workspace } from './workspace.tsx';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly template: string;
  readonly text: string;
}

export function NewConfigEditor({ template, text: initial }: Props) {
  const { t } = useConsoleWords();
  const [draft, setDraft] = useDraft(`new ${template}`);
  const [id, setId] = useState('');
  const [start, setStart] = useState<boolean | null>(null);
  const rows = useFleet('rows') ?? [];
  const named = isInstanceId(id);
  const typed = draft?.text ?? initial;
  const text = named ? withId(typed, id) : typed;
  const checked = useCheck(named ? id : null, text);
  const taken = rows.some((row) => row.id === id);
  const ready = named && !taken && checked.settled && checked.problems.length === 0;
  const mode = checked.root === null ? null : nodeAt(checked.root, ['exchange_config', 'mode']);
  const live = mode?.value === 'live';
  return (
    <div className="view fixed">
      <div className="view-head">
        <a className="link quiet" href={hrefOf('new')}>
          {t('console:new.choose')}
        </a>
        <h2>{template}</h2>
        <TextInput
          className="new-id"
          aria-label={t('console:new.id')}
          placeholder={t('console:new.id_hint')}
          value={id}
          error={
            id !== '' && (!named ? t('console:new.id_bad') : taken && t('console:new.id_taken'))
          }
          onChange={(event) => setId(event.currentTarget.value.trim())}
          spellCheck={false}
          autoComplete="off"
        />
        <Text size="sm" className="quiet">
          {named ? (checked.file ?? '') : t('console:new.id_first')}
        </Text>
        <Group className="view-head-end" gap="sm">
          <Button variant="default" disabled={!ready} onClick={() => setStart(false)}>
            {t('console:new.create')}
          </Button>
          <Button disabled={!ready || live} onClick={() => setStart(true)}>
            {t('console:new.create_start')}
          </Button>
        </Group>
      </div>
      {live && (
        <p className="attention small view-note">
          ▲ {t('console:effects.first_live')} <code>gridd start {named ? id : 'ID'}</code>
        </p>
      )}
      <Workspace
        text={text}
        checked={checked}
        readOnly={[]}
        onChange={(next) => {
          setDraft(next === initial ? null : { text: next, base: 0 });
          setId(idIn(next) ?? id);
        }}
      />
      <CreateDialog
        id={id}
        start={start}
        text={text}
        file={checked.file ?? ''}
        onCreated={() => setDraft(null)}
        onClose={() => setStart(null)}
      />
    </div>
  );
}

function CreateDialog(props: {
  readonly id: string;
  /** Null: closed. */
  readonly start: boolean | null;
  readonly text: string;
  readonly file: string;
  readonly onCreated: () => void;
  readonly onClose: () => void;
}) {
  const { t } = useConsoleWords();
  const { id, start, text, file, onCreated, onClose } = props;
  const [note, setNote] = useState('');
  const [created, setCreated] = useState(false);
  const forget = useForget();
  const body: NewConfig = { id, text, note: note.trim(), start: start === true };
  return (
    <ConfirmDialog<ConfigSaved>
      opened={start !== null}
      size="xl"
      onClose={() => {
        onClose();
        if (!created) return;
        onCreated();
        goTo(hrefOf('fleet', '', { q: id }));
      }}
      title={t('console:new.title', { id })}
      confirm={t(start === true ? 'console:new.create_start' : 'console:new.create')}
      about={body}
      act={async (key) => {
        const answer = await post<ConfigSaved>('/api/configs', body, key);
        forget('/api/configs');
        setCreated(answer.ok);
        return answer;
      }}
      result={(saved) => <Saved saved={saved} id={id} />}
      look={t('console:save.look')}
    >
      <Text size="sm">{t('console:new.writes', { file })}</Text>
      <TextEditor label={file} text={text} />
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

/** The id that a text names; null where it names none. */
function idIn(text: string): string | null {
  const parsed = parseText(text);
  const node = parsed.ok ? nodeAt(parsed.root, ['metadata', 'instance_id']) : null;
  return typeof node?.value === 'string' ? node.value : null;
}

/** The text with its id in it. */
function withId(text: string, id: string): string {
  return withValue(text, ['metadata', 'instance_id'], JSON.stringify(id));
}
