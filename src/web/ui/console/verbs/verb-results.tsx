/** What came of a verb for each instance: done or refused, why, what to do, and its receipt. */
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import type { VerbResult } from '../../../../contract/fleet-api.ts';
import { decimalsFor, exact, signedMoney } from '../../format/amount.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { codedWords, errorWords, problemWords, toldWords } from '../../words/said-words.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly results: readonly VerbResult[];
  readonly rows: readonly FleetRow[];
}

/** Refusals first: they are what the user has to read. */
export function VerbResults({ results, rows }: Props) {
  const { t } = useConsoleWords();
  const failed = results.filter(({ ok }) => !ok).length;
  const sorted = [...results].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <>
      <p className={failed > 0 ? 'loss strong' : 'gain strong'} role="status">
        {failed > 0
          ? t('console:results.some_failed', { failed, count: results.length })
          : t('console:results.all_done', { count: results.length })}
      </p>
      <ul className="effect-list" tabIndex={0}>
        {sorted.map((result) => (
          <ResultLine
            key={result.id}
            result={result}
            row={rows.find(({ id }) => id === result.id) ?? null}
          />
        ))}
      </ul>
    </>
  );
}

export function ResultLine({
  result,
  row,
}: {
  readonly result: VerbResult;
  readonly row: FleetRow | null;
}) {
  const { t, language } = useConsoleWords();
  const { t: plainT } = useTranslation();
  const { id, ok, message, error, receipt, warnings = [] } = result;
  const words = error === undefined ? null : errorWords(language, error.code);
  const told =
    error === undefined
      ? toldWords(language, result.message_said, message)
      : { words: words?.what ?? null, sentence: error.message };
  return (
    <li data-result={ok ? 'ok' : 'failed'}>
      <span className="effect-list-name">
        <span className={ok ? 'gain' : 'loss'} aria-hidden>
          {ok ? '✓' : '✕'}
        </span>{' '}
        <b>{id}</b>
      </span>
      <span>
        <SaidText {...told} />
        {error?.code === 'LIVE_UNCONFIRMED' && (
          <span className="effect-list-hint">
            {t('console:effects.first_live')} <code>gridd start {id}</code>
          </span>
        )}
        {error !== undefined && error.code !== 'LIVE_UNCONFIRMED' && (
          <span className="effect-list-hint">
            <SaidText words={words?.todo ?? null} sentence={error.hint} />
          </span>
        )}
        {error?.problems?.map((problem) => (
          <span className="effect-list-hint" key={`${problem.path} ${problem.message}`}>
            {t('console:joined.at_path', { path: problem.path })}
            <SaidText {...problemWords(language, problem)} />
          </span>
        ))}
        {receipt !== undefined && receipt !== null && (
          <span className="effect-list-hint">
            {t('console:results.receipt', {
              cancelled: receipt.orders_cancelled,
              left: receipt.orders_left,
              position: `${exact(receipt.position)} ${row?.base ?? ''}`.trim(),
              total: signedMoney(receipt.total_pnl, decimalsFor(receipt.total_pnl)),
              quote: row?.quote ?? '',
            })}
          </span>
        )}
        {warnings.map((warning) => (
          <span className="effect-list-hint attention" key={warning}>
            ▲ <SaidText {...codedWords(plainT, language, warning, result.coded)} />
          </span>
        ))}
      </span>
    </li>
  );
}
