/** Why an instance is in its state, in the few words that a row has room for. */
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { reasonWords } from '../../words/said-words.ts';
import type { ConsoleT } from '../console-words.ts';
import { durationWords } from '../moments.ts';

/** Why it is in its state; while all is well, since when it is up. */
export function StateReason({ row, t }: { readonly row: FleetRow; readonly t: ConsoleT }) {
  const { t: plainT, i18n } = useTranslation();
  const reason = row.state === 'running' ? '' : row.state_reason;
  const other = reason !== '' && row.last_error !== reason;
  const shown = { ...row, state_reason: reason, last_error: other ? null : row.last_error };
  const said = reasonWords(plainT, i18n.language, shown);
  if (said.length === 0) {
    const up = durationWords(t, row.uptime_s);
    return <span className="quiet" title={up}>{up}</span>;
  }
  const text = said.map(({ words, sentence }) => words ?? sentence).join('; ');
  const whole = said.map(({ words, sentence }) => `${words ?? ''} ${sentence}`.trim()).join('; ');
  return <span className="quiet" title={whole}>{text}</span>;
}
