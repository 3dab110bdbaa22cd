/** Pause, resume and closing the carry: what each will do, and what came of it. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CloseCarryAnswer, ResumeAnswer } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { exact, isAbove, isSame, money } from '../../format/amount.ts';
import { notionalOf } from '../../format/notional.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { ResultNotice } from '../../shell/result-notice.tsx';
import { SaidText } from '../../shell/said-text.tsx';
import { tripWords } from '../../words/said-words.ts';

export interface VerbDialogProps {
  readonly opened: boolean;
  readonly status: StatusView;
  readonly onClose: () => void;
}

export function PauseDialog({ opened, status, onClose }: VerbDialogProps) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog<unknown>
      opened={opened}
      title={t('pause.title')}
      confirm={t('pause.confirm')}
      about={null}
      act={() => post('/api/pause', {})}
      result={() => t('pause.done')}
      brief
      look={t('pause.look')}
      onClose={onClose}
    >
      <Text size="sm">{t('pause.what', { count: status.open_orders })}</Text>
    </ConfirmDialog>
  );
}

export function ResumeDialog({ opened, status, onClose }: VerbDialogProps) {
  const { t, i18n } = useTranslation();
  const { tripped = null } = status;
  const own = tripped === null ? null : tripWords(i18n.language, tripped).words;
  return (
    <ConfirmDialog<ResumeAnswer>
      opened={opened}
      title={t('resume.title')}
      confirm={t('resume.confirm')}
      about={null}
      act={() => post('/api/resume', {})}
      result={({ was_tripped: why }) =>
        why === null ? t('resume.done') : t('resume.done_tripped', { why: own ?? why })
      }
      brief
      look={t('pause.look')}
      onClose={onClose}
    >
      {tripped !== null && (
        <Text size="sm" className="attention">
          <SaidText
            words={t('resume.tripped', { why: own ?? tripped.text })}
            sentence={own === null ? '' : tripped.text}
          />
        </Text>
      )}
      <Text size="sm">{t('resume.what')}</Text>
    </ConfirmDialog>
  );
}

export function CloseCarryDialog({ opened, status, onClose }: VerbDialogProps) {
  const { t } = useTranslation();
  const { carry, base, quote, price } = status;
  const value = notionalOf(carry, price);
  // It may go while the dialog is open, e.g. by a request whose answer was lost.
  const gone = isSame(carry, '0');
  const words = {
    size: `${exact(carry.replace(/^-/, ''))} ${base}`,
    value: value === null ? '–' : `${money(value)} ${quote}`,
    price: exact(price),
  };
  return (
    <ConfirmDialog<CloseCarryAnswer>
      opened={opened}
      title={t('close_carry.title')}
      confirm={t('close_carry.confirm')}
      disabled={gone}
      lengthy
      about={null}
      act={() => post('/api/close-carry', {})}
      result={({ carry_before, carry: left, pending }) => (
        <ResultNotice
          tone={pending ? 'attention' : 'good'}
          title={t(pending ? 'close_carry.pending' : 'close_carry.done', {
            before: `${exact(carry_before)} ${base}`,
            left: `${exact(left)} ${base}`,
          })}
        />
      )}
      look={t('close_carry.look')}
      onClose={onClose}
    >
      <Text size="sm">
        {gone && t('close_carry.gone')}
        {!gone && t(isAbove(carry, '0') ? 'close_carry.sells' : 'close_carry.buys', words)}
      </Text>
      <Text size="sm" className="quiet">
        {t('close_carry.what')}
      </Text>
    </ConfirmDialog>
  );
}
