/** Why an instance is in its state, in the few words that a row has room for. */
import type { TFunction } from 'i18next';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { reasonWords } from '../../words/said-words.ts';
import type { SaidIn } from '../../words/said-words.ts';
import type { ConsoleT } from '../console-words.ts';
import { durationWords } from '../moments.ts';
import { placeWords } from './venue-and-direction.tsx';

/** Why it is in its state; while all is well, since when it is up. */
export function StateReason({ row, t }: { readonly row: FleetRow; readonly t: ConsoleT }) {
  const { t: plainT, i18n } = useTranslation();
  const said = shownReasons(plainT, i18n.language, row);
  if (said.length === 0) {
    const up = durationWords(t, row.uptime_s);
    return <span className="quiet" title={up}>{up}</span>;
  }
  const between = t('console:joined.reasons');
  const whole = said.map(({ words, sentence }) => `${words ?? ''} ${sentence}`.trim());
  return (
    <span className="quiet" title={whole.join(between)}>
      {said.map(({ words, sentence }, index) => (
        <Fragment key={`${words} ${sentence}`}>
          {index > 0 && between}
          <SaidText words={words} sentence={words === null ? sentence : ''} />
        </Fragment>
      ))}
    </span>
  );
}

/** What a row has room for: one reason, none while all is well. */
function shownReasons(t: TFunction, language: string, row: FleetRow): SaidIn[] {
  const reason = row.state === 'running' ? '' : row.state_reason;
  const other = reason !== '' && row.last_error !== reason;
  const shown = { ...row, state_reason: reason, last_error: other ? null : row.last_error };
  return reasonWords(t, language, shown);
}

/** The words of the page that a row shows: for its reason, its venue and its direction. */
export function shownWords(t: TFunction, language: string, row: FleetRow): string {
  const reasons = shownReasons(t, language, row).map(({ words }) => words ?? '');
  return [...reasons, ...placeWords(language, row)].join(' ');
}
