/** Stop and panic: what becomes of orders and position, in numbers, and the receipt after it. */
import { List, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import type { StopBody } from '../../../../contract/page-api.ts';
import type { StopReceipt } from '../../../../contract/receipt-api.ts';
import type { OnStop } from '../../../../contract/trading.ts';
import { exact, isAbove, isSame, money } from '../../format/amount.ts';
import { notionalOf } from '../../format/notional.ts';
import { post } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { ReceiptFacts } from '../../shell/receipt-facts.tsx';
import { keepReceipt } from '../stop-receipt.ts';
import type { VerbDialogProps } from './verb-dialogs.tsx';

export function StopDialog({ opened, status, onClose }: VerbDialogProps) {
  const { t } = useTranslation();
  const [orders, setOrders] = useState<OnStop['orders']>('cancel');
  const [position, setPosition] = useState<OnStop['position']>('keep');
  const body: Required<StopBody> = { orders, position };
  return (
    <ConfirmDialog<StopReceipt>
      opened={opened}
      title={t('stop.title')}
      confirm={t('stop.confirm')}
      danger
      lengthy
      about={body}
      act={async () => keepReceipt(await post('/api/stop', body))}
      result={(receipt) => <Receipt receipt={receipt} status={status} />}
      look={t('stop.look', { id: status.instance_id })}
      onClose={onClose}
    >
      <Radio.Group
        label={t('stop.orders', { count: status.open_orders })}
        value={orders}
        onChange={(value) => setOrders(value === 'keep' ? 'keep' : 'cancel')}
      >
        <Stack gap={4} mt={4}>
          <Radio value="cancel" label={t('stop.orders_cancel')} />
          <Radio value="keep" label={t('stop.orders_keep')} />
        </Stack>
      </Radio.Group>
      <Radio.Group
        label={t('stop.position', { size: heldText(t, status) })}
        value={position}
        onChange={(value) => setPosition(value === 'close' ? 'close' : 'keep')}
      >
        <Stack gap={4} mt={4}>
          <Radio value="keep" label={t('stop.position_keep')} />
          <Radio value="close" label={t('stop.position_close')} />
        </Stack>
      </Radio.Group>
      <Consequences status={status} how={body} />
    </ConfirmDialog>
  );
}

export function PanicDialog({ opened, status, onClose }: VerbDialogProps) {
  const { t } = useTranslation();
  return (
    <ConfirmDialog<StopReceipt>
      opened={opened}
      title={t('panic.title')}
      confirm={t('panic.confirm')}
      danger
      lengthy
      {...(status.mode === 'live' ? { typed: status.instance_id } : {})}
      about={null}
      act={async () => keepReceipt(await post('/api/panic', {}))}
      result={(receipt) => <Receipt receipt={receipt} status={status} />}
      look={t('stop.look', { id: status.instance_id })}
      onClose={onClose}
    >
      <Text size="sm">{t('panic.what')}</Text>
      <Consequences status={status} how={{ orders: 'cancel', position: 'close' }} />
    </ConfirmDialog>
  );
}

interface ConsequencesProps {
  readonly status: StatusView;
  readonly how: OnStop;
}

/** What will happen, one sentence each for orders, position, and what comes after. */
function Consequences({ status, how }: ConsequencesProps) {
  const { t } = useTranslation();
  const { open_orders: count, instance_id: id } = status;
  const orders =
    how.orders === 'cancel' ? t('stop.will_cancel', { count }) : t('stop.will_keep', { count });
  return (
    <section className="preview" aria-live="polite">
      <Text size="sm" fw={600} mb={4}>
        {t('stop.will')}
      </Text>
      <List size="sm" spacing={2}>
        <List.Item>{count === 0 ? t('stop.no_orders') : orders}</List.Item>
        <List.Item>{positionText(t, status, how.position)}</List.Item>
        <List.Item>{t('stop.then', { id })}</List.Item>
      </List>
    </section>
  );
}

function positionText(t: TFunction, status: StatusView, wanted: OnStop['position']): string {
  const { position, base, quote, price } = status;
  if (isSame(position, '0')) return t('stop.flat');
  const value = notionalOf(position, price);
  const words = {
    size: `${exact(position.replace(/^-/, ''))} ${base}`,
    value: value === null ? '–' : `${money(value)} ${quote}`,
    price: exact(price),
  };
  if (wanted === 'keep') return t('stop.will_hold', { ...words, size: heldText(t, status) });
  return t(isAbove(position, '0') ? 'stop.will_sell' : 'stop.will_buy', words);
}

function heldText(t: TFunction, { position, base }: StatusView): string {
  return isSame(position, '0') ? t('common.none') : `${exact(position)} ${base}`;
}

function Receipt(props: { readonly receipt: StopReceipt; readonly status: StatusView }) {
  const { receipt, status } = props;
  return <ReceiptFacts receipt={receipt} base={status.base} quote={status.quote} />;
}
