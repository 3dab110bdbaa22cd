/** Columns of the audit and of the ends of processes. */
import { useMemo } from 'react';
import type { AuditView, FleetExit } from '../../../../contract/console-api.ts';
import { dateText } from '../../format/moment.ts';
import { SaidText } from '../../shell/said-text.tsx';
import type { Column } from '../../shell/table-column.ts';
import { endWords, outcomeWords } from '../../words/said-words.ts';
import type { SaidIn } from '../../words/said-words.ts';
import { useConsoleWords } from '../console-words.ts';
import { askedWords } from './asked-words.ts';
import { verbWords } from './audit-verbs.ts';

export function useAuditColumns(): readonly Column<AuditView>[] {
  const { t, language } = useConsoleWords();
  return useMemo(() => {
    const text = textColumn<AuditView>;
    const words = (json: string) => askedWords(t, language, json);
    return [
      {
        ...text('at', t('console:events.at'), 20, ({ at_ms: at }) => dateText(at)),
        sortBy: ({ at_ms: at }) => new Date(at).toISOString(),
      },
      text('instance', t('console:columns.id'), 12, ({ instance }) => instance ?? '–'),
      {
        // Found by its verb as well, as the command line has it.
        ...text('verb', t('console:events.verb'), 14, (entry) =>
          [verbWords(t, entry.verb), entry.verb].join(' '),
        ),
        cell: ({ verb }) => verbWords(t, verb),
        hint: ({ verb }) => verb,
      },
      text('outcome', t('console:events.outcome'), 12, ({ outcome }) =>
        outcome === 'ok' ? `✓ ${t('console:events.done')}` : `✕ ${outcome}`,
      ),
      text('who', t('console:events.who'), 10, ({ who }) => who),
      text('from', t('console:events.from'), 14, ({ from }) => from),
      {
        ...saidColumn<AuditView>(
          ...(['message', t('console:events.message'), 26] as const),
          ({ message }) => message,
          ({ outcome, message }) => outcomeWords(language, outcome, message),
        ),
        wraps: true,
      },
      {
        ...text('what', t('console:events.asked'), 20, ({ what }) => words(what)),
        // As the command line and files have it.
        ...{ hint: ({ what }: AuditView) => what, wraps: true },
      },
      {
        ...text('change', t('console:events.change'), 20, (entry) => changeText(entry, words)),
        ...{ hint: (entry: AuditView) => changeText(entry, String), wraps: true },
      },
    ];
  }, [t, language]);
}

export function useExitColumns(): readonly Column<FleetExit>[] {
  const { t, language } = useConsoleWords();
  return useMemo(() => {
    const text = textColumn<FleetExit>;
    return [
      {
        ...text('at', t('console:events.at'), 20, ({ at }) => dateText(at)),
        sortBy: ({ at }) => at,
      },
      text('instance', t('console:columns.id'), 16, ({ instance }) => instance),
      {
        ...saidColumn<FleetExit>(
          ...(['reason', t('console:events.reason'), 30] as const),
          ({ reason }) => reason,
          ({ reason }) => endWords(language, reason),
        ),
        wraps: true,
      },
      text(
        'code',
        t('console:events.code'),
        12,
        ({ code, signal }) => signal ?? String(code ?? '–'),
      ),
      text('pid', 'pid', 9, ({ pid }) => String(pid ?? '–')),
      text('generation', t('console:events.generation'), 9, ({ generation, adopted }) =>
        [String(generation ?? '–'), adopted ? t('console:events.adopted') : ''].join(' ').trim(),
      ),
      {
        ...text('stderr', t('console:events.stderr'), 40, (exit) => exit.stderr_tail.join('\n')),
        wraps: true,
      },
    ];
  }, [t, language]);
}

function textColumn<Row>(
  key: string,
  title: string,
  width: number,
  read: (row: Row) => string,
): Column<Row> {
  return { key, title, kind: 'text', width, text: read, hint: read };
}

/** A column of sentences, found by the words of the page and by the English that is kept. */
function saidColumn<Row>(
  key: string,
  title: string,
  width: number,
  kept: (row: Row) => string,
  read: (row: Row) => SaidIn,
): Column<Row> {
  const all = (row: Row) => [read(row).words ?? '', kept(row)].join(' ').trim();
  return {
    ...{ ...textColumn(key, title, width, all), hint: kept },
    cell: (row) => <SaidText {...read(row)} />,
  };
}

/** What it was and what it is now, where the verb changed a value; `words` of each. */
function changeText({ before, after }: AuditView, words: (json: string) => string): string {
  if (before === null && after === null) return '';
  const shown = (json: string | null) => (json === null ? '–' : words(json));
  return `${shown(before)} → ${shown(after)}`;
}
