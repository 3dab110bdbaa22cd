/**
 * Compares the venue's position with the books': asks first without changing anything, and books
 * the difference only when the user takes the venue's word for it.
 */
import { Loader, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AcceptPositionAnswer } from '../../../../contract/instance-api.ts';
import { exact, isSame } from '../../format/amount.ts';
import { post, tryOut } from '../../shell/api.ts';
import type { Answer } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { FailureText } from '../../shell/failure-text.tsx';
import { Facts, ResultNotice } from '../../shell/result-notice.tsx';
import type { VerbDialogProps } from './verb-dialogs.tsx';

const ROUTE = '/api/accept-position';

export function CompareDialog({ opened, status, onClose }: VerbDialogProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Answer<AcceptPositionAnswer> | null>(null);
  useEffect(() => {
    if (!opened) return;
    let gone = false;
    setShown(null);
    void tryOut<AcceptPositionAnswer>(ROUTE, {}).then((answer) => {
      if (!gone) setShown(answer);
    });
    return () => {
      gone = true;
    };
  }, [opened]);
  const found = shown?.ok === true ? shown.value : null;
  const size = (text: string) => `${exact(text)} ${status.base}`;
  return (
    <ConfirmDialog<AcceptPositionAnswer>
      opened={opened}
      title={t('compare.title')}
      confirm={t('compare.confirm')}
      disabled={found === null || isSame(found.difference, '0')}
      about={found?.difference}
      act={() => post(ROUTE, {})}
      result={({ difference, price }) => (
        <ResultNotice
          tone="good"
          title={t('compare.done', { size: size(difference), price: exact(price) })}
        />
      )}
      look={t('compare.look')}
      onClose={onClose}
    >
      {shown === null && <Loader size="sm" aria-label={t('common.loading')} />}
      {shown?.ok === false && <FailureText failure={shown.error} />}
      {found !== null && (
        <>
          <Facts
            facts={[
              { name: t('compare.venue'), value: size(found.venue) },
              { name: t('compare.books'), value: size(found.books) },
              { name: t('compare.difference'), value: size(found.difference) },
            ]}
          />
          <Text size="sm">
            {isSame(found.difference, '0')
              ? t('compare.agree')
              : t('compare.what', { size: size(found.difference), price: exact(found.price) })}
          </Text>
        </>
      )}
    </ConfirmDialog>
  );
}
