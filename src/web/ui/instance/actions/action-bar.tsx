/**
 * Everything that can be asked of the grid, offered only where it can work. Each button opens a
 * dialog that says what will happen; nothing acts at one press.
 */
import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { useSession } from '../../shell/session.ts';
import { signIn } from '../../shell/sign-in.ts';
import { useStale } from '../tables/marks.ts';
import { AdjustDialog } from './adjust-dialog.tsx';
import { ACTIONS, isOffered } from './available.ts';
import type { Action } from './available.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { PanicDialog, StopDialog } from './stop-dialog.tsx';
import { CloseCarryDialog, PauseDialog, ResumeDialog } from './verb-dialogs.tsx';

const ENDS: readonly Action[] = ['stop', 'panic'];

export function ActionBar({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const session = useSession();
  const stale = useStale();
  const [open, setOpen] = useState<Action | null>(null);
  const readOnly = session?.read_only ?? null;
  const offered = readOnly === null ? ACTIONS.filter((action) => isOffered(action, status)) : [];
  const asks = session?.needs_token === 'changes' && !session.signed_in;
  const button = (action: Action) => (
    <Button
      key={action}
      variant={action === 'panic' ? 'outline' : 'default'}
      {...(action === 'panic' ? { color: 'red' } : {})}
      onClick={() => setOpen(action)}
    >
      {t(`actions.${action}`)}
    </Button>
  );
  const of = (action: Action) => ({
    opened: open === action,
    status,
    onClose: () => setOpen(null),
  });
  return (
    <section className="card action-bar" aria-label={t('actions.label')}>
      {readOnly !== null && (
        <Text size="sm">
          <strong>{t('actions.read_only')}</strong> <span className="quiet">{readOnly}</span>
        </Text>
      )}
      {readOnly === null && offered.length === 0 && (
        <Text size="sm" className="quiet">
          {t('actions.over', { id: status.instance_id })}
        </Text>
      )}
      <Group gap="xs">{offered.filter((action) => !ENDS.includes(action)).map(button)}</Group>
      {stale && (
        <Text size="xs" className="attention">
          {t('actions.stale')}
        </Text>
      )}
      {asks && readOnly === null && (
        <Button variant="subtle" onClick={() => void signIn.ask()}>
          {t('actions.sign_in')}
        </Button>
      )}
      <Group gap="xs" className="ends">
        {offered.filter((action) => ENDS.includes(action)).map(button)}
      </Group>
      <PauseDialog {...of('pause')} />
      <ResumeDialog {...of('resume')} />
      <AdjustDialog {...of('adjust')} sizeBy="keep" />
      <AdjustDialog {...of('fund')} sizeBy="investment" />
      <CloseCarryDialog {...of('close_carry')} />
      <CompareDialog {...of('compare')} />
      <StopDialog {...of('stop')} />
      <PanicDialog {...of('panic')} />
    </section>
  );
}
