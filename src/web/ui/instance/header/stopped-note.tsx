/** The bot has ended with the stop of its grid: what is left, how it goes on, and the receipt. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { exact, isSame } from '../../format/amount.ts';
import { ReceiptFacts } from '../../shell/receipt-facts.tsx';
import { useConnection } from '../connection.ts';
import { useStopReceipt } from '../stop-receipt.ts';

export function StoppedNote({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const connection = useConnection();
  const { instance_id: id, position, base, quote, open_orders: count, grid_state } = status;
  const receipt = useStopReceipt(grid_state);
  if (connection !== 'stopped') return null;
  const size = `${exact(position)} ${base}`;
  return (
    <section className="card" role="status" data-part="stopped">
      <h2>■ {t('stopped.title')}</h2>
      <Text size="sm">
        {t('stopped.again', { id })} {t('stopped.page')}
      </Text>
      {!isSame(position, '0') && (
        <Text size="sm" className="attention">
          ! {t('stopped.holds', { size, id })}
        </Text>
      )}
      {count > 0 && (
        <Text size="sm" className="attention">
          ! {t('stopped.orders', { count })}
        </Text>
      )}
      {receipt === null ? (
        <Text size="sm" className="quiet">
          {t('stopped.receipt', { id })}
        </Text>
      ) : (
        <ReceiptFacts receipt={receipt} base={base} quote={quote} />
      )}
    </section>
  );
}
