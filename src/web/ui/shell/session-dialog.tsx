/**
 * Asks for the access token: where the server shows nothing without one at once, else when it
 * refused something for want of it. The token goes to the server and is kept nowhere here.
 */
import { Button, Group, Modal, PasswordInput, Stack, Text, getDefaultZIndex } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from './api.ts';
import { FailureText } from './failure-text.tsx';
import { useSession, useSessionChange } from './session.ts';
import { signIn } from './sign-in.ts';

/** Above the dialog whose request was refused: it stays open behind this one. */
const LAYER = getDefaultZIndex('modal') + 1;

/** The one dialog of a page; shows itself when it is needed. */
export function SessionDialog() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const session = useSession();
  const change = useSessionChange();
  const wanted = useSyncExternalStore(signIn.subscribe, signIn.isWanted);
  const locked = session?.needs_token === 'always' && !session.signed_in;
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const opened = wanted || locked;
  useEffect(() => {
    if (!opened) setToken('');
    setFailure(null);
  }, [opened]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const answer = await change.open(token.trim());
    setBusy(false);
    if (!answer.ok) return setFailure(answer.error);
    signIn.end(true);
    if (locked) await queries.invalidateQueries();
  };
  return (
    <Modal
      opened={opened}
      onClose={() => signIn.end(false)}
      title={t('session.title')}
      zIndex={LAYER}
      withCloseButton={!locked}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      closeOnClickOutside={false}
      closeOnEscape={!locked}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          <Text size="sm">{t('session.ask')}</Text>
          <PasswordInput
            label={t('session.token')}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="current-password"
            spellCheck={false}
            data-autofocus
          />
          {failure !== null && <FailureText failure={failure} />}
          <Group justify="flex-end" gap="sm">
            {!locked && (
              <Button variant="default" onClick={() => signIn.end(false)}>
                {t('common.cancel')}
              </Button>
            )}
            <Button type="submit" loading={busy} disabled={token.trim() === ''}>
              {t('session.sign_in')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Ends the session; nothing where none was opened. */
export function SignOut() {
  const { t } = useTranslation();
  const session = useSession();
  const { end } = useSessionChange();
  if (session?.signed_in !== true) return null;
  return (
    <Button variant="subtle" color="gray" onClick={() => void end()}>
      {t('session.sign_out')}
    </Button>
  );
}
