/** What the grid earned, kept apart: the total as the equation that always holds, then its parts. */
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { signedMoney, toneOf } from '../../format/amount.ts';
import { rateWords } from '../../words/risk-words.ts';
import { Amount, Figure, Unknown } from './figure.tsx';

export function Result({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const { quote, apr } = status;
  const young = t('figures.young_24h');
  return (
    <section className="card" aria-label={t('figures.result')} data-part="result">
      <Equation status={status} />
      <dl className="figures">
        <Figure name={t('figures.funding')} about={t('figures.funding_about')}>
          <Amount text={status.funding} unit={quote} signed />
        </Figure>
        <Figure name={t('figures.fees')} about={t('figures.fees_about')}>
          <Amount text={status.fees} unit={quote} />
        </Figure>
        <Figure name={t('figures.apr_grid')} about={t('figures.apr_about')}>
          <Rate rate={apr?.grid} />
        </Figure>
        <Figure name={t('figures.apr_total')} about={t('figures.apr_about')}>
          <Rate rate={apr?.total} />
        </Figure>
        <Figure name={t('figures.cycles')} about={t('figures.cycles_about')}>
          <data value={status.cycles}>{status.cycles}</data>
          <span className="unit"> / </span>
          {status.cycles_24h === undefined ? (
            <Unknown why={young} />
          ) : (
            <data value={status.cycles_24h}>{status.cycles_24h}</data>
          )}
          <span className="unit"> {t('figures.in_24h')}</span>
        </Figure>
        <Figure name={t('figures.grid_profit_24h')}>
          <Amount text={status.grid_profit_24h} unit={quote} signed unknown={young} />
        </Figure>
        <Figure name={t('figures.total_24h')}>
          <Amount text={status.total_24h} unit={quote} signed unknown={young} />
        </Figure>
      </dl>
    </section>
  );
}

/** Total = grid profit + unpaired. */
function Equation({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const { total_pnl: total, grid_profit: profit, unpaired, quote } = status;
  return (
    <div className="equation" data-part="equation">
      <div className={`total ${toneOf(total)}`}>
        <span className="name">{t('figures.total')}</span>
        <span className="sum">
          <Amount text={total} unit={quote} signed />
        </span>
      </div>
      <div className="terms">
        <span className="sign" aria-hidden>
          =
        </span>
        <Term name={t('figures.grid_profit')} about={t('figures.grid_profit_about')} of={profit} />
        <span className="sign" aria-hidden>
          +
        </span>
        <Term name={t('figures.unpaired')} about={t('figures.unpaired_about')} of={unpaired} />
      </div>
    </div>
  );
}

interface TermProps {
  readonly name: string;
  readonly about: string;
  /** Decimal text. */
  readonly of: string;
}

function Term({ name, about, of }: TermProps) {
  return (
    <span className="term">
      <span className="name" title={about}>
        {name}
      </span>
      <Amount text={of} signed />
    </span>
  );
}

function Rate({ rate }: { readonly rate: string | null | undefined }) {
  const { t } = useTranslation();
  if (rate === undefined) return <Unknown />;
  if (rate === null) return <span className="quiet">{rateWords(t, null)}</span>;
  return (
    <data value={rate} className={toneOf(rate)}>
      {signedMoney(rate)} %
    </data>
  );
}
