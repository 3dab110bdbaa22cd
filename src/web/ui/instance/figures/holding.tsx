/** What is at work: investment, margin, position, and where liquidation would come. */
import { useTranslation } from 'react-i18next';
import type { LiquidationView, StatusView } from '../../../../contract/instance-views.ts';
import { liquidationWords, nearestWords } from '../../words/risk-words.ts';
import { Amount, Figure, Plain, Unknown } from './figure.tsx';

export function Holding({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const { base, quote, margin, profit_per_grid: profit } = status;
  const unasked = t('figures.no_balance');
  return (
    <section className="card" aria-labelledby="holding" data-part="holding">
      <h2 id="holding">{t('figures.holding')}</h2>
      <dl className="figures">
        <Figure name={t('figures.position')}>
          <Plain text={status.position} unit={base} />
        </Figure>
        <Figure name={t('figures.average_entry')} about={t('figures.average_entry_about')}>
          <Entry price={status.average_entry} />
        </Figure>
        <Figure name={t('figures.carry')} about={t('figures.carry_about')}>
          <Plain text={status.carry} unit={base} />
        </Figure>
        <Figure name={t('figures.equity')}>
          <Amount text={status.equity} unit={quote} />
        </Figure>
        <Figure name={t('figures.investment')} about={t('figures.investment_about')}>
          <Amount text={status.investment} unit={quote} />
        </Figure>
        <Figure name={t('figures.margin_used')} about={t('figures.margin_used_about')}>
          <Amount text={margin?.used} unit={quote} unknown={unasked} />
        </Figure>
        <Figure name={t('figures.margin_free')} about={t('figures.margin_free_about')}>
          <Amount text={margin?.free} unit={quote} unknown={unasked} />
        </Figure>
        <Figure name={t('figures.profit_per_grid')} about={t('figures.profit_per_grid_about')}>
          <data value={`${profit.min} ${profit.max}`}>
            {profit.min} … {profit.max} %
          </data>
        </Figure>
        <Figure name={t('figures.open_orders')} about={t('figures.open_orders_about')}>
          <data value={status.open_orders}>{status.open_orders}</data>
          <span className="unit"> / {status.grids}</span>
        </Figure>
      </dl>
      <Liquidation liquidation={status.liquidation} />
    </section>
  );
}

function Entry({ price }: { readonly price: string | null | undefined }) {
  const { t } = useTranslation();
  if (price === null) return <span className="quiet">{t('figures.flat')}</span>;
  return <Plain text={price} />;
}

/** The three figures, always; an alarm says so in words and with a sign. */
function Liquidation({ liquidation }: { readonly liquidation: LiquidationView | undefined }) {
  const { t } = useTranslation();
  const alarm = liquidation?.alarm === true;
  return (
    <div className="liquidation" data-alarm={alarm} data-part="liquidation">
      <h3>
        {t('figures.liquidation')}{' '}
        <span className={alarm ? 'loss' : 'quiet'}>
          {alarm && `▲ ${t('figures.liquidation_alarm')} `}
          {nearestWords(t, liquidation === undefined ? {} : { liquidation })}
        </span>
      </h3>
      <dl className="three">
        {(['now', 'buys_filled', 'sells_filled'] as const).map((which) => (
          <div key={which}>
            <dt>{t(`figures.liquidation_${which}`)}</dt>
            <dd>
              {liquidation === undefined ? (
                <Unknown why={t('figures.no_balance')} />
              ) : (
                <data value={liquidation[which] ?? ''}>
                  {liquidationWords(t, liquidation[which])}
                </data>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
