/**
 * One question before something acts: what will happen is spelled out, one press confirms. The
 * answer stays on screen until it is closed; an answer that was lost is said to be unknown, and
 * pressing again repeats the very same request: an adjust under its key, which acts once.
 */
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
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
  /** What will happen, and choices of how. */
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
  /** Wider for long lists; default "md". */
  readonly size?: 'md' | 'lg' | 'xl';
  /** What to look at where the outcome is not known. */
  readonly look?: string;
  readonly onClose: () => void;
}

type Phase<Value> =
  | { readonly name: 'asking' | 'acting' }
  | { readonly name: 'failed'; readonly failure: Failure }
  | { readonly name: 'done'; readonly value: Value };

export function ConfirmDialog<Value>(props: ConfirmDialogProps<Value>) {
  const { opened, title, onClose, result, size = 'md' } = props;
  const { t } = useTranslation();
  const [phase, setPhase] = useState<Phase<Value>>({ name: 'asking' });
  const keyOf = useRequestKey(opened);
  useEffect(() => {
    if (opened) setPhase({ name: 'asking' });
  }, [opened]);

  const act = async () => {
    setPhase({ name: 'acting' });
    const answer = await props.act(keyOf(props.about));
    if (!answer.ok) return setPhase({ name: 'failed', failure: answer.error });
    if (props.brief !== true) return setPhase({ name: 'done', value: answer.value });
    notifications.show({ title, message: result(answer.value) });
    onClose();
  };
  const acting = phase.name === 'acting';
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      closeOnClickOutside={false}
      closeOnEscape={!acting}
      withCloseButton={!acting}
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

interface QuestionProps<Value> extends Omit<ConfirmDialogProps<Value>, 'act'> {
  readonly phase: Phase<Value>;
  readonly act: () => void;
}

function Question<Value>(props: QuestionProps<Value>) {
  const { phase, act, children, confirm, danger = false, typed, disabled = false, look } = props;
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
        {children}
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
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={props.onClose} disabled={acting} data-autofocus>
            {t('common.cancel')}
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

/** The key of a request: the same for the same request while the dialog stays open. */
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
