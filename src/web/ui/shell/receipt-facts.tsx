/** The receipt of a stop or panic: what was done, what is left, and the sums. */
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { StopReceipt } from '../../../contract/receipt-api.ts';
import { decimalsFor, exact, isSame, money, signedMoney, toneOf } from '../format/amount.ts';
import { leftWords } from '../words/end-words.ts';
import { Facts, ResultNotice } from './result-notice.tsx';
import type { Fact } from './result-notice.tsx';
import { SaidText } from './said-text.tsx';

export interface ReceiptFactsProps {
  readonly receipt: StopReceipt;
  readonly base: string;
  readonly quote: string;
}

export function ReceiptFacts({ receipt, base, quote }: ReceiptFactsProps) {
  const { t, i18n } = useTranslation();
  const { period, why_not_flat: why, position, orders_cancelled, orders_left } = receipt;
  const signed = (name: string, text: string): Fact => ({
    name,
    value: (
      <span className={toneOf(text)}>
        {signedMoney(text, decimalsFor(text))} {quote}
      </span>
    ),
    exact: text,
  });
  const held = isSame(position, '0') ? t('receipt.flat') : `${exact(position)} ${base}`;
  const facts: Fact[] = [
    { name: t('receipt.orders_cancelled'), value: orders_cancelled },
    { name: t('receipt.orders_left'), value: orders_left },
    { name: t('receipt.position'), value: held },
    signed(t('receipt.grid_profit'), receipt.grid_profit),
    signed(t('receipt.unpaired'), receipt.unpaired),
    signed(t('receipt.total'), receipt.total_pnl),
  ];
  if (period !== undefined) {
    const { fees, fills } = period;
    facts.push(
      { name: t('receipt.period_fills'), value: fills },
      { name: t('receipt.period_fees'), value: `${money(fees, decimalsFor(fees))} ${quote}` },
      signed(t('receipt.period_total'), period.total),
    );
  }
  const title = t(why === undefined ? 'receipt.done' : 'receipt.not_flat');
  return (
    <ResultNotice tone={why === undefined ? 'good' : 'bad'} title={title}>
      {why !== undefined && (
        <Text size="sm">
          <SaidText {...leftWords(t, i18n.language, why)} />
        </Text>
      )}
      <Facts facts={facts} />
    </ResultNotice>
  );
}
