/** What an adjust would do, or did, in facts: orders, inventory, profit per grid, liquidation. */
import { List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { AdjustAnswer } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { exact, isSame, money } from '../../format/amount.ts';
import { Facts } from '../../shell/result-notice.tsx';
import type { Fact } from '../../shell/result-notice.tsx';
import { SaidText } from '../../shell/said-text.tsx';
import { liquidationWords, nearestWords } from '../../words/risk-words.ts';
import { codedWords } from '../../words/said-words.ts';

export interface AdjustPreviewProps {
  readonly answer: AdjustAnswer;
  readonly status: StatusView;
}

export function AdjustPreview({ answer, status }: AdjustPreviewProps) {
  const { t, i18n } = useTranslation();
  return (
    <Stack gap="xs">
      <Facts facts={adjustFacts(t, answer, status)} />
      {answer.warnings.length > 0 && (
        <List size="sm" className="attention" icon="!" spacing={2}>
          {answer.warnings.map((warning) => (
            <List.Item key={warning}>
              <Text size="sm" component="span">
                <SaidText {...codedWords(t, i18n.language, warning, answer.coded)} />
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function adjustFacts(t: TFunction, answer: AdjustAnswer, { base }: StatusView): Fact[] {
  const { lower, upper, grids, quantity_per_grid: quantity, profit_per_grid: profit } = answer;
  const percent = (text: string) => money(text.replace(/%$/, ''), 3);
  const facts: Fact[] = [
    { name: t('adjust.range'), value: `${exact(lower)} – ${exact(upper)}` },
    { name: t('adjust.grids'), value: `${grids} × ${exact(quantity)} ${base}` },
    { name: t('adjust.kept'), value: answer.orders_kept },
    { name: t('adjust.cancelled'), value: answer.orders_cancelled },
    { name: t('adjust.placed'), value: answer.orders_placed },
    {
      name: t('adjust.profit_per_grid'),
      value: `${percent(profit.min)} … ${percent(profit.max)} %`,
      exact: `${profit.min} … ${profit.max} %`,
    },
    { name: t('adjust.parcels_moved'), value: answer.parcels_moved },
    { name: t('adjust.carry'), value: amount(t, answer.carry, base) },
    { name: t('adjust.market_trade'), value: amount(t, answer.market_trade, base) },
  ];
  const { liquidation } = answer;
  if (liquidation === undefined) return facts;
  const price = (text: string | null) => liquidationWords(t, text);
  return [
    ...facts,
    { name: t('adjust.liquidation_now'), value: price(liquidation.now) },
    { name: t('adjust.liquidation_buys'), value: price(liquidation.buys_filled) },
    { name: t('adjust.liquidation_sells'), value: price(liquidation.sells_filled) },
    {
      name: t('adjust.liquidation_nearest'),
      value: (
        <span className={liquidation.alarm ? 'loss' : ''}>
          {nearestWords(t, { liquidation })}
        </span>
      ),
    },
  ];
}

function amount(t: TFunction, size: string, base: string): string {
  return isSame(size, '0') ? t('common.none') : `${exact(size)} ${base}`;
}
