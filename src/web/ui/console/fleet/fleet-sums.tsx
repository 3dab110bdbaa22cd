/** Totals in all and per account: one line for each mode and currency, never added across. */
import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { AccountView, FleetRow } from '../../../../contract/console-api.ts';
import { exact, money } from '../../format/amount.ts';
import { hrefOf, setQuery } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { Money } from './figures.tsx';
import { sumFleet } from './sums.ts';
import type { FleetSum } from './sums.ts';
import { ModeMark } from './state-mark.tsx';
import { venueName } from '../../words/config-key-words.ts';
import { useConsoleWords } from '../console-words.ts';

export function FleetSums({ rows }: { readonly rows: readonly FleetRow[] }) {
  const { t } = useConsoleWords();
  const accounts = useFleet('accounts') ?? [];
  const [open, setOpen] = useState(false);
  const sums = sumFleet(rows);
  if (sums.length === 0) return null;
  return (
    <section className="fleet-sums" aria-label={t('console:sums.label')}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              {accounts.length > 0 && (
                <UnstyledButton
                  className="fleet-sums-more"
                  aria-expanded={open}
                  onClick={() => setOpen(!open)}
                >
                  {open ? '▾' : '▸'} {t('console:sums.more')}
                </UnstyledButton>
              )}
            </th>
            <th scope="col">{t('console:filter.running')}</th>
            {FIGURES.map((key) => (
              <th scope="col" className={classOf(key)} key={key}>
                {t(`console:columns.${key}`)}
              </th>
            ))}
            <th scope="col" className="number more">
              {open ? t('console:sums.equity') : ''}
            </th>
          </tr>
        </thead>
        <tbody>
          {sums.map((sum) => (
            <SumRows key={`${sum.mode} ${sum.quote}`} sum={sum} accounts={accounts} open={open} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const FIGURES = ['total_pnl', 'total_24h', 'grid_profit', 'grid_profit_24h'] as const;

/** The total stands out; what a phone has no room for is `more`. */
function classOf(key: (typeof FIGURES)[number]): string {
  if (key === 'total_pnl') return 'number strong';
  return key === 'grid_profit_24h' ? 'number more' : 'number';
}

function SumRows(props: {
  readonly sum: FleetSum;
  readonly accounts: readonly AccountView[];
  readonly open: boolean;
}) {
  const { t } = useConsoleWords();
  const { sum, accounts, open } = props;
  const own = accounts.filter(({ mode, quote }) => mode === sum.mode && quote === sum.quote);
  return (
    <>
      <tr className="fleet-sum">
        <th scope="row">
          <ModeMark mode={sum.mode} /> <b>{sum.quote}</b>
        </th>
        <td className="quiet">
          {sum.running}/{sum.instances}
        </td>
        {FIGURES.map((key) => (
          <td className={classOf(key)} key={key}>
            <Money text={sum[key]} unit={sum.quote} />
          </td>
        ))}
        <td className="quiet note more">
          {sum.unknown > 0 && t('console:sums.unknown', { count: sum.unknown })}
        </td>
      </tr>
      {open && own.map((account) => <AccountRow key={account.account} view={account} />)}
    </>
  );
}

function AccountRow({ view }: { readonly view: AccountView }) {
  const { t, language } = useConsoleWords();
  const { account, venue, instances, equity, quote } = view;
  return (
    <tr className="fleet-sum account">
      <th scope="row">
        <a className="link" href={hrefOf('accounts', account)}>
          {account}
        </a>{' '}
        <span className="quiet">{venueName(language, venue)}</span>
      </th>
      <td>
        <UnstyledButton
          className="link"
          onClick={() => setQuery({ account })}
          aria-label={t('console:sums.only', { account })}
        >
          {t('console:sums.instances', { count: instances.length })}
        </UnstyledButton>
      </td>
      <td className="number strong">
        <Money text={view.total_pnl} unit={quote} />
      </td>
      <td className="number">
        <Money text={view.total_24h} unit={quote} />
      </td>
      <td className="number">
        <Money text={view.grid_profit} unit={quote} />
      </td>
      <td className="more" />
      <td className="number more" title={equity === null ? '' : exact(equity)}>
        {equity === null ? '–' : money(equity)}
      </td>
    </tr>
  );
}
