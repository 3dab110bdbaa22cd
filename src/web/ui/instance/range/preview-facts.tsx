/** What a change of the range would do, beside what is now; or every reason why it may not be. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiquidationView } from '../../../../contract/instance-views.ts';
import { useInstance } from '../instance-topics.ts';
import { exact, isSame } from '../../format/amount.ts';
import { ProblemText } from '../../shell/problem-text.tsx';
import { SaidText } from '../../shell/said-text.tsx';
import { codedWords } from '../../words/said-words.ts';
import { liquidationWords } from '../../words/risk-words.ts';
import { fieldName } from './grid-inputs.tsx';
import type { Outcome, Refusal } from './preview.ts';
import type { RangeDraft } from './range-draft.ts';

export interface PreviewFactsProps {
  readonly preview: RangeDraft['preview'];
}

export function PreviewFacts({ preview }: PreviewFactsProps) {
  const { t } = useTranslation();
  if (preview === null) return <p className="quiet small">{t('range.computing')}</p>;
  if ('problems' in preview) return <Refused refusal={preview} />;
  return <Facts outcome={preview} />;
}

function Refused({ refusal }: { readonly refusal: Refusal }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="refused" data-part="preview" data-refused>
      <strong>✕ {t('range.refused')}</strong>
      <ul>
        {refusal.problems.map((problem) => (
          <li key={problem.path + problem.message}>
            {fieldName(t, problem.path)}:{' '}
            <ProblemText language={i18n.language} problem={problem} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the bot said of a dry run or this page computed: the same facts. */
export type Facts = Omit<Outcome, 'lines' | 'liquidation'> & {
  readonly liquidation: LiquidationView | null;
};

export function Facts({ outcome }: { readonly outcome: Facts }) {
  const { t, i18n } = useTranslation();
  const status = useInstance('status');
  if (status === undefined) return null;
  const { profit_per_grid: profit, carry, market_trade: trade, liquidation } = outcome;
  const now = status.profit_per_grid;
  return (
    <div data-part="preview">
      {outcome.unchanged && <p className="quiet small">{t('range.unchanged')}</p>}
      <dl className="range-facts">
        <Fact name={t('range.orders')} of="orders">
          <data value={outcome.kept}>{t('range.orders_kept', { count: outcome.kept })}</data>
          {' · '}
          <data value={outcome.cancelled}>
            {t('range.orders_cancelled', { count: outcome.cancelled })}
          </data>
          {' · '}
          <data value={outcome.placed}>{t('range.orders_placed', { count: outcome.placed })}</data>
        </Fact>
        <Fact name={t('figures.profit_per_grid')} of="profit">
          <data value={`${profit.min} ${profit.max}`}>
            {profit.min} … {profit.max} %
          </data>
          <Before>{`${now.min} … ${now.max} %`}</Before>
        </Fact>
        <Fact name={t('range.quantity')} of="quantity">
          {exact(outcome.quantity_per_grid)}
        </Fact>
        <Fact name={t('range.parcels')} of="parcels">
          {outcome.parcels_moved}
        </Fact>
        <Fact name={t('figures.carry')} of="carry">
          {exact(carry)} {status.base}
          {!isSame(carry, status.carry) && <Before>{exact(status.carry)}</Before>}
        </Fact>
        {!isSame(trade, '0') && (
          <Fact name={t('range.market_trade')} of="trade">
            {exact(trade)} {status.base}
          </Fact>
        )}
        <LiquidationFacts now={status.liquidation ?? null} then={liquidation} />
      </dl>
      {outcome.warnings.map((warning) => (
        <p key={warning} className="attention small">
          ! <SaidText {...codedWords(t, i18n.language, warning, outcome.coded)} />
        </p>
      ))}
    </div>
  );
}

interface LiquidationFactsProps {
  readonly now: LiquidationView | null;
  readonly then: LiquidationView | null;
}

function LiquidationFacts({ now, then }: LiquidationFactsProps) {
  const { t } = useTranslation();
  return (['now', 'buys_filled', 'sells_filled'] as const).map((which) => {
    const after = liquidationWords(t, then === null ? undefined : then[which]);
    const before = liquidationWords(t, now === null ? undefined : now[which]);
    return (
      <Fact key={which} name={t(`range.liquidation_${which}`)} of={`liquidation_${which}`}>
        <span className={then?.alarm === true ? 'loss' : ''}>{after}</span>
        {after !== before && <Before>{before}</Before>}
      </Fact>
    );
  });
}

interface FactProps {
  readonly name: string;
  /** Names it for those who look it up. */
  readonly of: string;
  readonly children: ReactNode;
}

function Fact({ name, of, children }: FactProps) {
  return (
    <div className="range-fact" data-fact={of}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What it is at present, for comparison. */
function Before({ children }: { readonly children: string }) {
  const { t } = useTranslation();
  return <span className="quiet before"> {t('range.before', { value: children })}</span>;
}
