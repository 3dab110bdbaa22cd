/**
 * One question before something acts: what will happen is spelled out, one press confirms. The
 * answer stays on screen until it is closed; an answer that was lost is said to be unknown, and
 * pressing again repeats the very same request: an adjust under its key, which acts once. What
 * takes long may be left to itself; what came of it is then told in a corner.
 */
import { Button, Fieldset, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { newKey } from './api.ts';
import type { Answer, Failure } from './api.ts';
import { FailureText } from './failure-text.tsx';

export interface ConfirmDialogProps<Value> {
  readonly opened: boolean;
  readonly title: string;
  /** Title of what is told in a corner, where more has to be named; default: `title`. */
  readonly told?: string;
  /** What will happen, and choices of how; these cannot be changed once it was confirmed. */
  readonly children: ReactNode;
  /** The word on the button that acts. */
  readonly confirm: string;
  readonly danger?: boolean;
  /** Must be typed before it acts, e.g. the id of a live instance. */
  readonly typed?: string;
  /** Nothing can be confirmed as things stand. */
  readonly disabled?: boolean;
  /** What the request depends on: while it stays the same, a repetition is the same request. */
  readonly about: unknown;
  /** `key`: for an adjust; the servers read none elsewhere. */
  readonly act: (key: string) => Promise<Answer<Value>>;
  /** What came of it. */
  readonly result: (value: Value) => ReactNode;
  /** The result is short: it is told in a corner and the dialog closes. */
  readonly brief?: boolean;
  /** It may take minutes: the dialog may be closed meanwhile and, opened again, still waits. */
  readonly lengthy?: boolean;
  /** Wider for long lists; default "md". */
  readonly size?: 'md' | 'lg' | 'xl';
  /** What to look at where the outcome is not known. */
  readonly look?: string;
  readonly onClose: () => void;
}

type Phase<Value> =
  | { readonly name: 'asking' | 'acting' }
  | { readonly name: 'failed'; readonly failure: Failure; readonly unseen: boolean }
  | { readonly name: 'done'; readonly value: Value };

export function ConfirmDialog<Value>(props: ConfirmDialogProps<Value>) {
  const { opened, title, onClose, result, size = 'md', lengthy = false } = props;
  const { t } = useTranslation();
  const { phase, act } = useDeed(props);
  // One that is made open opens a moment later: only so it remembers who had the focus.
  const mounted = useMounted();
  const held = phase.name === 'acting' && !lengthy;
  return (
    <Modal
      opened={opened && mounted}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      closeOnEscape={!held}
      withCloseButton={!held}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {phase.name === 'done' ? (
        <Stack gap="md">
          {result(phase.value)}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus autoFocus>
              {t('common.close')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Question {...props} phase={phase} act={() => void act()} />
      )}
    </Modal>
  );
}

/** What a dialog shows that is opened again. Pure. */
function reopened<Value>(last: Phase<Value>): Phase<Value> {
  if (last.name === 'acting') return last;
  // Told in a corner: pressed again, an adjust is the same request.
  return last.name === 'failed' && last.unseen ? { ...last, unseen: false } : { name: 'asking' };
}

/** What is left of a failure once its notice in the corner was closed. Pure. */
function forgotten<Value>(last: Phase<Value>): Phase<Value> {
  return last.name === 'failed' && last.unseen ? { name: 'asking' } : last;
}

/** What was confirmed: it goes on, and is not done twice, while the dialog is closed. */
function useDeed<Value>(props: ConfirmDialogProps<Value>) {
  const { opened, title, told = title, look } = props;
  const { t } = useTranslation();
  const [phase, setPhase] = useState<Phase<Value>>({ name: 'asking' });
  const seen = useRef(opened);
  const waits = phase.name === 'acting' || (phase.name === 'failed' && phase.unseen);
  const keyOf = useRequestKey(opened || waits);
  useEffect(() => {
    seen.current = opened;
    if (opened) setPhase(reopened);
    return () => {
      seen.current = false;
    };
  }, [opened]);
  const notice = (message: ReactNode, autoClose?: false) => {
    const closeButtonProps = { 'aria-label': t('common.close') };
    const stays = autoClose === undefined ? {} : { autoClose };
    // A failure that was read there is not shown as news days later.
    const onClose = () => setPhase(forgotten);
    notifications.show({ title: told, message, closeButtonProps, onClose, ...stays });
  };
  const act = async () => {
    setPhase({ name: 'acting' });
    const answer = await props.act(keyOf(props.about));
    const unseen = !seen.current;
    if (!answer.ok) {
      const failure = answer.error;
      setPhase({ name: 'failed', failure, unseen });
      const where = look === undefined ? {} : { look };
      if (unseen) notice(<FailureText failure={failure} {...where} />, false);
      return;
    }
    if (!unseen && props.brief !== true) return setPhase({ name: 'done', value: answer.value });
    setPhase({ name: 'asking' });
    notice(props.result(answer.value), ...(props.brief === true ? [] : [false as const]));
    if (!unseen) props.onClose();
  };
  return { phase, act };
}

interface QuestionProps<Value> extends Omit<ConfirmDialogProps<Value>, 'act'> {
  readonly phase: Phase<Value>;
  readonly act: () => void;
}

function Question<Value>(props: QuestionProps<Value>) {
  const { phase, act, children, confirm, danger = false, typed, disabled = false, look } = props;
  const { lengthy = false } = props;
  const { t } = useTranslation();
  const [said, setSaid] = useState('');
  const acting = phase.name === 'acting';
  const blocked = disabled || (typed !== undefined && said.trim() !== typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!blocked && !acting) act();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Fieldset variant="unstyled" m={0} disabled={acting}>
          <Stack gap="md">{children}</Stack>
        </Fieldset>
        {typed !== undefined && (
          <TextInput
            label={t('confirm.type', { typed })}
            value={said}
            onChange={(event) => setSaid(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        {phase.name === 'failed' && (
          <FailureText failure={phase.failure} {...(look === undefined ? {} : { look })} />
        )}
        {acting && lengthy && (
          <Text size="sm" className="quiet" role="status">
            {t('confirm.goes_on')}
          </Text>
        )}
        <Group justify="flex-end" gap="sm">
          <Button
            variant="default"
            onClick={props.onClose}
            disabled={acting && !lengthy}
            data-autofocus
          >
            {t(acting && lengthy ? 'common.close' : 'common.cancel')}
          </Button>
          <Button
            type="submit"
            className={danger ? 'danger' : ''}
            loading={acting}
            disabled={blocked}
          >
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The key of a request: the same for the same request while the dialog stays open or waits. */
export function useRequestKey(opened: boolean): (about: unknown) => string {
  const last = useRef<{ about: string; key: string } | null>(null);
  useEffect(() => {
    if (!opened) last.current = null;
  }, [opened]);
  return (about) => {
    const text = JSON.stringify(about) ?? '';
    if (last.current?.about !== text) last.current = { about: text, key: newKey() };
    return last.current.key;
  };
}
