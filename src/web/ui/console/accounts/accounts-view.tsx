/** Accounts: what each has, and what would become of it if every grid were filled at once. */
import { useEffect, useRef } from 'react';
import type { AccountView, WorstCase } from '../../../../contract/console-api.ts';
import { exact, money } from '../../format/amount.ts';
import { hrefOf, useAddress } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { Money } from '../fleet/figures.tsx';
import { ModeMark } from '../fleet/state-mark.tsx';
import { currenciesBeside, lossRoom } from './worst-case.ts';
import { venueName } from '../../words/config-key-words.ts';
import { useConsoleWords } from '../console-words.ts';

export default function AccountsView() {
  const { t } = useConsoleWords();
  const accounts = useFleet('accounts') ?? [];
  const { subject } = useAddress();
  const sorted = [...accounts].sort((a, b) => a.mode.localeCompare(b.mode));
  return (
    <div className="view">
      <div className="view-head">
        <h2>{t('console:nav.accounts')}</h2>
        <span className="quiet small">{t('console:account.worst')}</span>
      </div>
      {accounts.length === 0 && <p className="quiet view-note">{t('console:account.none')}</p>}
      <div className="accounts">
        {sorted.map((account) => (
          <Account
            key={`${account.account} ${account.quote}`}
            view={account}
            beside={currenciesBeside(account, accounts)}
            pointed={account.account === subject}
          />
        ))}
      </div>
    </div>
  );
}

interface AccountProps {
  readonly view: AccountView;
  /** Further currencies in which the same account trades. */
  readonly beside: readonly string[];
  readonly pointed: boolean;
}

function Account({ view, beside, pointed }: AccountProps) {
  const { t, language } = useConsoleWords();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (pointed) card.current?.scrollIntoView({ block: 'center' });
  }, [pointed]);
  const { account, venue, mode, quote, instances, equity } = view;
  return (
    <section
      ref={card}
      className={`card account ${mode === 'live' ? 'live' : ''} ${pointed ? 'pointed' : ''}`}
      aria-label={beside.length === 0 ? account : `${account} ${quote}`}
    >
      <header>
        <h3>{account}</h3>
        <ModeMark mode={mode} />
        <span className="quiet small">{venueName(language, venue)}</span>
      </header>
      {beside.length > 0 && (
        <p className="quiet small">
          {t('console:account.beside', { quote, others: beside.join(', ') })}
        </p>
      )}
      <dl className="figures">
        <div>
          <dt>{t('console:account.equity')}</dt>
          <dd className="strong" title={equity === null ? '' : exact(equity)}>
            {equity === null ? '–' : `${money(equity)} ${quote}`}
          </dd>
        </div>
        <div>
          <dt>{t('console:columns.total_pnl')}</dt>
          <dd>
            <Money text={view.total_pnl} unit={quote} />
          </dd>
        </div>
        <div>
          <dt>{t('console:columns.total_24h')}</dt>
          <dd>
            <Money text={view.total_24h} unit={quote} />
          </dd>
        </div>
        <div>
          <dt>{t('console:columns.grid_profit')}</dt>
          <dd>
            <Money text={view.grid_profit} unit={quote} />
          </dd>
        </div>
      </dl>
      <WorstTable view={view} />
      <Room view={view} />
      <p className="small account-instances">
        <span className="quiet">{t('console:account.instances')}</span>{' '}
        {instances.map((id) => (
          <a key={id} className="link" href={hrefOf('fleet', '', { q: id })}>
            {id}
          </a>
        ))}
      </p>
    </section>
  );
}

function WorstTable({ view }: { readonly view: AccountView }) {
  const { t } = useConsoleWords();
  const { worst } = view;
  if (worst.length === 0) return <p className="quiet small">{t('console:account.unknown')}</p>;
  const rows: readonly (readonly [
    string,
    (side: WorstCase) => string,
    (side: WorstCase) => string,
  ])[] = [
    [t('console:account.notional'), ({ notional }) => money(notional), () => ''],
    [t('console:account.margin'), ({ margin }) => money(margin), () => ''],
    [t('console:account.loss'), ({ loss }) => money(loss), () => 'strong'],
    [
      t('console:account.equity_after'),
      ({ equity_after: after }) => (after === null ? '–' : money(after)),
      ({ equity_after: after }) => (after?.startsWith('-') === true ? 'loss strong' : ''),
    ],
    [
      t('console:account.liquidation'),
      ({ liquidation_percent: away }) =>
        away === null ? t('common.none') : t('console:account.away', { percent: away }),
      ({ liquidation_percent: away }) =>
        away !== null && Number(away) < ALARM_PERCENT ? 'loss strong' : '',
    ],
  ];
  return (
    <table className="worst">
      <thead>
        <tr>
          <th scope="col" />
          {worst.map(({ side }, index) => (
            <th scope="col" className="number" key={side}>
              {t(`console:account.${side}`)}
              {index === 0 && worst.length > 1 && (
                <span className="attention"> ({t('console:account.worse')})</span>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, figure, tone]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {worst.map((side) => (
              <td key={side.side} className={`number ${tone(side)}`}>
                {figure(side)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A liquidation nearer than this is marked. */
const ALARM_PERCENT = 5;

function Room({ view }: { readonly view: AccountView }) {
  const { t } = useConsoleWords();
  const room = lossRoom(view);
  if (room === null) {
    if (view.max_loss !== null) return null;
    return <p className="quiet small">{t('console:account.no_limit')}</p>;
  }
  const { limit, left, over, percent } = room;
  const values = { limit: money(limit), quote: view.quote };
  return (
    <div className="room">
      <div
        className={over === null ? 'room-bar' : 'room-bar over'}
        role="img"
        aria-label={t('console:account.used', { percent })}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <p className={over === null ? 'small' : 'small loss strong'}>
        {over === null
          ? t('console:account.left', { ...values, left: money(left) })
          : `▲ ${t('console:account.over', { ...values, over: money(over) })}`}
      </p>
    </div>
  );
}
