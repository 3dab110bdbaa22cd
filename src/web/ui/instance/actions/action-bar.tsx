/**
 * Everything that can be asked of the grid, offered only where it can work. Each button opens a
 * dialog that says what will happen; nothing acts at one press.
 */
import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { useSession } from '../../shell/session.ts';
import { signIn } from '../../shell/sign-in.ts';
import { useConnection } from '../connection.ts';
import { useStale } from '../tables/marks.ts';
import { AdjustDialog } from './adjust-dialog.tsx';
import { ACTIONS, isOffered, isOver } from './available.ts';
import type { Action } from './available.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { PanicDialog, StopDialog } from './stop-dialog.tsx';
import { CloseCarryDialog, PauseDialog, ResumeDialog } from './verb-dialogs.tsx';
import type { VerbDialogProps } from './verb-dialogs.tsx';

const ENDS: readonly Action[] = ['stop', 'panic'];

export function ActionBar({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const session = useSession();
  const stale = useStale();
  const ended = useConnection() === 'stopped';
  const [open, setOpen] = useState<Action | null>(null);
  // A dialog is made when it is first wanted; then it stays, for it gives the focus back.
  const [made, setMade] = useState<readonly Action[]>([]);
  const show = (action: Action) => {
    setMade((before) => [...before, action]);
    setOpen(action);
  };
  const readOnly = session?.read_only ?? null;
  // A bot that has ended answers nothing.
  const acts = readOnly === null && !ended;
  const offered = acts ? ACTIONS.filter((action) => isOffered(action, status)) : [];
  const asks = session?.needs_token === 'changes' && !session.signed_in;
  const button = (action: Action) => (
    <Button
      key={action}
      variant="default"
      className={action === 'panic' ? 'panic' : ''}
      onClick={() => show(action)}
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
      {readOnly === null && isOver(status.grid_state) && (
        <Text size="sm" className="quiet">
          {t(status.grid_state === 'stopped' ? 'actions.stopped' : 'actions.over', {
            id: status.instance_id,
          })}
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
      {ACTIONS.filter((action) => made.includes(action)).map((action) => (
        <ActionDialog key={action} action={action} {...of(action)} />
      ))}
    </section>
  );
}

interface ActionDialogProps extends VerbDialogProps {
  readonly action: Action;
}

function ActionDialog({ action, opened, ...rest }: ActionDialogProps) {
  // Made closed: a dialog that was open from the beginning does not know where the focus was.
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const props = { ...rest, opened: opened && ready };
  switch (action) {
    case 'pause':
      return <PauseDialog {...props} />;
    case 'resume':
      return <ResumeDialog {...props} />;
    case 'adjust':
      return <AdjustDialog {...props} sizeBy="keep" />;
    case 'fund':
      return <AdjustDialog {...props} sizeBy="investment" />;
    case 'close_carry':
      return <CloseCarryDialog {...props} />;
    case 'compare':
      return <CompareDialog {...props} />;
    case 'stop':
      return <StopDialog {...props} />;
    case 'panic':
      return <PanicDialog {...props} />;
  }
}
