/** The grid as it would begin: what each grid earns, what it needs, where it is liquidated. */
import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DesignView } from '../../../../contract/console-api.ts';
import type { CodedText } from '../../../../contract/said-codes.ts';
import { exact, money } from '../../format/amount.ts';
import { sentenceWords } from '../../words/said-words.ts';
import { DesignStrip } from './design-strip.tsx';
import { WarningLines } from './warning-lines.tsx';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly design: DesignView;
  readonly warnings: readonly string[];
  /** Warnings that have a code. */
  readonly coded: readonly CodedText[];
  /** The figures are of an older text. */
  readonly stale: boolean;
}

export function DesignPanel({ design, warnings, coded, stale }: Props) {
  const { t, language } = useConsoleWords();
  const { market, profit_per_grid: profit, liquidation } = design;
  const { base, quote } = market;
  const trade = design.start_order;
  const flat = !/[1-9]/.test(trade);
  const [least, most] = [money(profit.min, 3), money(profit.max, 3)];
  return (
    <div className={stale ? 'design stale' : 'design'} data-design={stale ? 'stale' : 'settled'}>
      <DesignStrip design={design} />
      <dl className="figures">
        <Figure name={t('console:design.profit')} strong>
          {least === most ? least : `${least} … ${most}`} %
        </Figure>
        <Figure name={t('console:design.quantity')}>
          {exact(design.quantity_per_grid)} {base}
        </Figure>
        <Figure name={t('console:design.orders')}>
          {design.orders} / {design.lines.length}
        </Figure>
        <Figure name={t('console:design.start_order')}>
          {flat
            ? t('console:design.no_start_order')
            : t(trade.startsWith('-') ? 'console:design.sells' : 'console:design.buys', {
                size: `${exact(trade.replace('-', ''))} ${base}`,
              })}
        </Figure>
        <Figure name={t('console:design.investment')}>
          {money(design.investment)} {quote}
        </Figure>
        <Figure name={t('console:design.price')}>
          {exact(design.price)} {quote}
        </Figure>
      </dl>
      {liquidation === null ? (
        <p className="quiet small">{t('console:design.no_liquidation')}</p>
      ) : (
        <dl className="figures">
          {(['now', 'buys_filled', 'sells_filled'] as const).map((key) => {
            const price = liquidation[key];
            return (
              <Figure key={key} name={t(`console:design.liquidation_${key}`)}>
                {price === null ? t('common.none') : exact(price)}
              </Figure>
            );
          })}
        </dl>
      )}
      {liquidation?.alarm === true && (
        <Alert color="red" p="xs">
          ▲ {t('console:design.alarm', { percent: liquidation.nearest_percent ?? '' })}
        </Alert>
      )}
      <WarningLines warnings={warnings} coded={coded} />
      <details className="small">
        <summary>{t('console:design.lines', { count: design.lines.length })}</summary>
        <p className="lines">{[...design.lines].reverse().map(exact).join('  ')}</p>
      </details>
      <p className="quiet small">
        {t('console:design.rules')}{' '}
        {sentenceWords(language, design.market_said) ?? design.market_source}
      </p>
    </div>
  );
}

function Figure(props: {
  readonly name: string;
  readonly strong?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd className={props.strong === true ? 'strong' : ''}>{props.children}</dd>
    </div>
  );
}
