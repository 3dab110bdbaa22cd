/** What differs between two configs: each key before and after, and the lines of the text. */
import { useMemo } from 'react';
import { keyName } from '../../words/config-key-words.ts';
import { parseText } from './config-text.ts';
import { foldSame, keyChanges, textDiff } from './text-diff.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly before: string;
  readonly after: string;
}

export function DiffView({ before, after }: Props) {
  const { t } = useConsoleWords();
  if (before === after) return <p className="quiet small">{t('console:diff.same')}</p>;
  return (
    <div className="diff">
      <KeyDiff before={before} after={after} />
      <TextDiff before={before} after={after} />
    </div>
  );
}

function KeyDiff({ before, after }: Props) {
  const { t, language } = useConsoleWords();
  const changes = useMemo(() => {
    const [old, now] = [parseText(before), parseText(after)];
    return old.ok && now.ok ? keyChanges(old.root.value, now.root.value) : null;
  }, [before, after]);
  if (changes === null) return <p className="attention small">▲ {t('console:diff.unreadable')}</p>;
  if (changes.length === 0) return <p className="quiet small">{t('console:diff.only_words')}</p>;
  return (
    <div className="diff-scroller" tabIndex={0} role="region" aria-label={t('console:diff.keys')}>
      <table className="diff-keys">
        <thead>
          <tr>
            <th scope="col">{t('console:diff.key')}</th>
            <th scope="col">{t('console:diff.before')}</th>
            <th scope="col">{t('console:diff.after')}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ path, before: old, after: now }) => (
            <tr key={path} data-changed={path}>
              <th scope="row" title={path}>
                {keyName(language, path)} <span className="quiet small">{path}</span>
              </th>
              <td className="removed">{old ?? '–'}</td>
              <td className="added">{now ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SIGNS = { same: ' ', removed: '−', added: '+' } as const;

function TextDiff({ before, after }: Props) {
  const { t } = useConsoleWords();
  const lines = useMemo(() => foldSame(textDiff(before, after)), [before, after]);
  return (
    <div className="diff-scroller" tabIndex={0} role="region" aria-label={t('console:diff.text')}>
      <pre className="diff-text">
        {lines.map((line, index) =>
          line === null ? (
            <div key={index} className="fold">
              ⋯
            </div>
          ) : (
            <div key={index} className={line.kind}>
              <span className="diff-number">{line.after ?? line.before}</span>
              {SIGNS[line.kind]} {line.text}
            </div>
          ),
        )}
      </pre>
    </div>
  );
}
