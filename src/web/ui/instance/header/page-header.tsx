/** What this is, whether real money is at stake, how it fares, and the price: always in sight. */
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { exact, padded } from '../../format/amount.ts';
import { LookSwitch } from '../../shell/look-switch.tsx';
import { SignOut } from '../../shell/session-dialog.tsx';
import { StreamMark } from '../../shell/stream-mark.tsx';
import { venueName } from '../../words/config-key-words.ts';
import { stateWords } from '../../words/state-words.ts';
import { useConnection } from '../connection.ts';
import { topics, useInstance } from '../instance-topics.ts';
import { usePriceDecimals } from '../price-decimals.ts';

const TITLE_MS = 1000;

export function PageHeader({ status }: { readonly status: StatusView }) {
  const { t } = useTranslation();
  const { mode, name, price, symbol } = status;
  const modeWord = t(`mode.${mode}`);
  const stopped = useConnection() === 'stopped';
  const shown = padded(price, usePriceDecimals(status, useInstance('levels') ?? []));
  useTitle(`${shown} ${symbol} · ${modeWord} · ${name}`);
  return (
    <header className="page-header" data-mode={mode}>
      <div className="identity">
        <div className="identity-line">
          <h1 title={status.instance_id}>{name}</h1>
          <span className="mode" data-mode={mode}>
            <strong>{modeWord}</strong> {t(`header.money_${mode}`)}
          </span>
        </div>
        <Place status={status} />
      </div>
      <div className="price" data-part="price">
        <data value={price}>{shown}</data>
        <span className="quiet">{status.quote}</span>
      </div>
      <div className="header-end">
        <StreamMark topics={topics} ended={stopped ? t('stream.stopped') : undefined} />
        <SignOut />
        <LookSwitch />
      </div>
    </header>
  );
}

/** The tab's title, at most once a second: it lies outside the page and is costly to change. */
function useTitle(title: string): void {
  const newest = useRef(title);
  newest.current = title;
  useEffect(() => {
    const show = () => {
      if (document.title !== newest.current) document.title = newest.current;
    };
    show();
    const timer = setInterval(show, TITLE_MS);
    return () => clearInterval(timer);
  }, []);
}

/** Where it trades, which way, between which prices, and how it fares. */
function Place({ status }: { readonly status: StatusView }) {
  const { t, i18n } = useTranslation();
  const { text, tone } = stateWords(t, status);
  const { venue, symbol, direction, lower, upper, grids } = status;
  return (
    <div className="place">
      <span className={`state ${tone}`} data-part="state">
        {text}
      </span>
      <span>{venueName(i18n.language, venue)}</span>
      <span>{symbol}</span>
      <span>{isDirection(direction) ? t(`direction.${direction}`) : direction}</span>
      <span>{t('header.range', { lower: exact(lower), upper: exact(upper), count: grids })}</span>
    </div>
  );
}

function isDirection(text: string): text is 'neutral' | 'long' | 'short' {
  return text === 'neutral' || text === 'long' || text === 'short';
}
