/** Totals in all and per account: one line for each mode and currency, never added across. */
import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView, FleetRow } from '../../../../contract/console-api.ts';
import { exact, money } from '../../format/amount.ts';
import { hrefOf, setQuery } from '../address.ts';
import { useFleet } from '../fleet-topics.ts';
import { Money } from './figures.tsx';
import { sumFleet } from './sums.ts';
import type { FleetSum } from './sums.ts';
import { ModeMark } from './state-mark.tsx';

export function FleetSums({ rows }: { readonly rows: readonly FleetRow[] }) {
  const { t } = useTranslation();
  const accounts = useFleet('accounts') ?? [];
  const [open, setOpen] = useState(false);
  const sums = sumFleet(rows);
  if (sums.length === 0) return null;
  return (
    <section className="fleet-sums" aria-label={t('console.sums.label')}>
      {sums.map((sum) => (
        <SumLine key={`${sum.mode} ${sum.quote}`} sum={sum} accounts={accounts} open={open} />
      ))}
      {accounts.length > 0 && (
        <UnstyledButton
          className="fleet-sums-more"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t(open ? 'console.sums.fewer' : 'console.sums.more')} {open ? '▴' : '▾'}
        </UnstyledButton>
      )}
    </section>
  );
}

function SumLine(props: {
  readonly sum: FleetSum;
  readonly accounts: readonly AccountView[];
  readonly open: boolean;
}) {
  const { t } = useTranslation();
  const { sum, accounts, open } = props;
  const own = accounts.filter(({ mode, quote }) => mode === sum.mode && quote === sum.quote);
  const { running, instances } = sum;
  return (
    <div className="fleet-sum">
      <div className="fleet-sum-line">
        <span className="fleet-sum-name">
          <ModeMark mode={sum.mode} /> <b>{sum.quote}</b>
        </span>
        <span className="quiet">{t('console.sums.running', { running, count: instances })}</span>
        <Named name={t('console.columns.total_pnl')} text={sum.total_pnl} strong />
        <Named name={t('console.columns.total_24h')} text={sum.total_24h} />
        <Named name={t('console.columns.grid_profit')} text={sum.grid_profit} />
        <Named name={t('console.columns.grid_profit_24h')} text={sum.grid_profit_24h} />
        {sum.unknown > 0 && (
          <span className="quiet">{t('console.sums.unknown', { count: sum.unknown })}</span>
        )}
      </div>
      {open && own.map((account) => <AccountLine key={account.account} view={account} />)}
    </div>
  );
}

function AccountLine({ view }: { readonly view: AccountView }) {
  const { t } = useTranslation();
  const { account, venue, instances, equity } = view;
  return (
    <div className="fleet-sum-line account">
      <span className="fleet-sum-name">
        <a href={hrefOf('accounts', account)}>{account}</a> <span className="quiet">{venue}</span>
      </span>
      <UnstyledButton
        className="link"
        onClick={() => setQuery({ account })}
        aria-label={t('console.sums.only', { account })}
      >
        {t('console.sums.instances', { count: instances.length })}
      </UnstyledButton>
      <Named name={t('console.columns.total_pnl')} text={view.total_pnl} strong />
      <Named name={t('console.columns.total_24h')} text={view.total_24h} />
      <Named name={t('console.columns.grid_profit')} text={view.grid_profit} />
      {equity !== null && (
        <span title={exact(equity)}>
          <span className="quiet">{t('console.sums.equity')}</span> {money(equity)}
        </span>
      )}
    </div>
  );
}

function Named(props: { readonly name: string; readonly text: string; readonly strong?: boolean }) {
  return (
    <span className={props.strong === true ? 'strong' : ''}>
      <span className="quiet">{props.name}</span> <Money text={props.text} />
    </span>
  );
}
