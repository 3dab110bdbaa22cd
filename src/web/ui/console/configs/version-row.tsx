/** One version of a config in the list of all: who wrote it when and why, and what changed. */
import { Button, Radio } from '@mantine/core';
import type { ConfigVersion } from '../../../../contract/console-api.ts';
import { dateText } from '../../format/moment.ts';
import { noteWords } from '../../words/said-words.ts';
import { useConsoleWords } from '../console-words.ts';

const MOST_KEYS = 6;

/** The first keys that changed, and how many more: a new config changed all of its own. */
function keysText(changed: readonly string[]): string {
  const more = changed.length - MOST_KEYS;
  return `${changed.slice(0, MOST_KEYS).join(', ')}${more > 0 ? ` … +${more}` : ''}`;
}

/** One version; `from`, `to`: whether it is compared. */
export function VersionRow(props: {
  readonly version: ConfigVersion;
  readonly newest: boolean;
  readonly from: boolean;
  readonly to: boolean;
  readonly onFrom: () => void;
  readonly onTo: () => void;
  readonly onBack: () => void;
}) {
  const { t, language } = useConsoleWords();
  const { version, newest } = props;
  const { version: number } = version;
  const source = ['console', 'cli', 'file'].find((each) => version.from.startsWith(each));
  return (
    <tr data-version={number}>
      <td>
        <Radio
          size="xs"
          name="from"
          checked={props.from}
          onChange={props.onFrom}
          aria-label={t('console:history.compare_from', { version: number })}
        />
      </td>
      <td>
        <Radio
          size="xs"
          name="to"
          checked={props.to}
          onChange={props.onTo}
          aria-label={t('console:history.compare_to', { version: number })}
        />
      </td>
      <td>
        <b>{number}</b> {newest && <span className="gain">{t('console:history.present')}</span>}
        <div className="quiet small">{dateText(version.at)}</div>
      </td>
      <td>
        {version.who}
        <div className="quiet small">
          {source === 'file' ? t('console:history.from_file') : version.from}
        </div>
      </td>
      <td className="history-why">
        {version.note === '' ? (
          <span className="quiet">–</span>
        ) : (
          <span title={version.note}>{noteWords(language, version.note) ?? version.note}</span>
        )}
        <div className="quiet small" title={version.changed.join('\n')}>
          {keysText(version.changed)}
        </div>
      </td>
      <td>
        {!newest && (
          <Button variant="default" size="compact-xs" onClick={props.onBack}>
            {t('console:history.rollback')}
          </Button>
        )}
      </td>
    </tr>
  );
}
