/** The config of an instance that is not there yet. */
import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import type { ConfigSaved, NewConfig, TemplateView } from '../../../../contract/console-api.ts';
import { isInstanceId } from '../../../../contract/instance-config.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { goTo, hrefOf } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { useForget, useRoute } from '../requests.ts';
import { nodeAt, parseText, withValue } from './config-text.ts';
import { useDraft } from './drafts.ts';
import { Saved } from './save-dialog.tsx';
import { TextEditor } from './text-editor.tsx';
import { useCheck } from './use-check.ts';
import { Workspace } from './workspace.tsx';
import { useConsoleWords } from '../console-words.ts';

export function NewConfigEditor({ template }: { readonly template: TemplateView }) {
  const { name, text: initial } = template;
  const { t } = useConsoleWords();
  const [draft, setDraft] = useDraft(`new ${name}`);
  const [id, setId] = useState('');
  const [start, setStart] = useState<boolean | null>(null);
  const rows = useFleet('rows') ?? [];
  const named = isInstanceId(id);
  const text = draft?.text ?? initial;
  const own = useOwnKeys(name, named ? id : null);
  useEffect(() => {
    if (own !== null) setDraft({ text: withOwnKeys(text, own), base: 0 });
  }, [own]);
  // A config that is not there yet is checked by the id in its text.
  const checked = useCheck(null, text);
  const unstarted = useFleet('unstarted') ?? [];
  // While its creation is asked for or told, an instance of this id is the one that was made here.
  const taken = start === null && [...rows, ...unstarted].some((known) => known.id === id);
  const sound = checked.settled && checked.problems.length === 0;
  const ready = named && !taken && idIn(text) === id && sound;
  const mode = checked.root === null ? null : nodeAt(checked.root, ['exchange_config', 'mode']);
  const live = mode?.value === 'live';
  return (
    <div className="view fixed">
      <div className="view-head">
        <a className="link quiet" href={hrefOf('new')}>
          {t('console:new.choose')}
        </a>
        <h2>{name}</h2>
        <IdInput id={id} named={named} taken={taken} onChange={setId} />
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
        readOnly={template.read_only}
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

function IdInput(props: {
  readonly id: string;
  readonly named: boolean;
  readonly taken: boolean;
  readonly onChange: (id: string) => void;
}) {
  const { t } = useConsoleWords();
  const { id, named, taken, onChange } = props;
  const bad = id !== '' && !named ? t('console:new.id_bad') : null;
  return (
    <TextInput
      className="new-id"
      aria-label={t('console:new.id')}
      placeholder={t('console:new.id_hint')}
      value={id}
      error={bad ?? (taken ? t('console:new.id_taken') : null)}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
      spellCheck={false}
      autoComplete="off"
    />
  );
}

const TYPING_MS = 250;

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
        // One that was not started is in no table.
        goTo(start === true ? hrefOf('fleet', '', { q: id }) : hrefOf('fleet'));
      }}
      title={t('console:new.title', { id })}
      confirm={t(start === true ? 'console:new.create_start' : 'console:new.create')}
      about={body}
      act={async () => {
        const answer = await post<ConfigSaved>('/api/configs', body);
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

/** What every instance has for itself: id, places and port. */
const OWN_KEYS = [
  ['metadata', 'instance_id'],
  ['daemon_config', 'log_dir'],
  ['daemon_config', 'db_path'],
  ['daemon_config', 'web_port'],
] as const;

/** The template as it would be written for an id; null until the supervisor told. */
function useOwnKeys(name: string, id: string | null): string | null {
  const [wanted] = useDebouncedValue(id, TYPING_MS);
  const path = `/api/templates/${encodeURIComponent(name)}?id=${encodeURIComponent(wanted ?? '')}`;
  const { value } = useRoute<TemplateView>(wanted === null ? null : path);
  return value !== undefined && id !== null && idIn(value.text) === id ? value.text : null;
}

/** The text with the own keys of another. */
function withOwnKeys(text: string, own: string): string {
  const parsed = parseText(own);
  if (!parsed.ok) return text;
  return OWN_KEYS.reduce((edited, keys) => {
    const node = nodeAt(parsed.root, keys);
    return node === null ? edited : withValue(edited, keys, own.slice(node.start, node.end));
  }, text);
}
