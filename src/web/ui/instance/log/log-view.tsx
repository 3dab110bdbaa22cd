/**
 * The log of the bot, live: it follows the newest line until the reader scrolls up, and goes on
 * when asked. Lines are text and nothing else; what is in them can neither act nor hide.
 */
import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLevel } from '../../../../contract/page-api.ts';
import { LOG_LEVELS } from '../../../../contract/page-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { lineText, useFollowedLog } from '../../shell/followed-log.ts';
import { LogBox } from '../../shell/log-box.tsx';
import { useMark, useStale } from '../tables/marks.ts';

const TYPING_MS = 300;

export function LogView() {
  const { t } = useTranslation();
  const [level, setLevel] = useState<LogLevel>('info');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const stale = useStale();
  const log = useFollowedLog({ level, q: search }, useMark('log'));
  const { held, failure, retry } = log;
  const { copied, copy } = useClipboard();
  const copyAll = () => void copy((held?.lines ?? []).map((line) => lineText(line)).join('\n'));
  return (
    <div>
      <div className="table-tools">
        <NativeSelect
          size="xs"
          aria-label={t('log.level')}
          value={level}
          onChange={({ currentTarget: { value } }) =>
            setLevel(LOG_LEVELS.find((each) => each === value) ?? 'info')
          }
          data={LOG_LEVELS.map((value) => ({ value, label: t(`log.from_${value}`) }))}
        />
        <TextInput
          aria-label={t('log.search')}
          placeholder={t('log.search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          w={180}
        />
        <Text component="span" size="xs" className="quiet count" role="status">
          {stale && <span className="attention">{t('table.stale')} · </span>}
          {held !== undefined && t('log.lines', { count: held.lines.length })}
        </Text>
        <Button variant="default" size="compact-xs" onClick={copyAll}>
          {copied ? `✓ ${t('log.copied')}` : t('log.copy')}
        </Button>
      </div>
      {failure !== null ? (
        <div className="log-box table-note">
          <FailureText failure={failure} />
          <Button variant="default" mt="sm" onClick={retry}>
            {t('common.retry')}
          </Button>
        </div>
      ) : (
        <LogBox key={`${level} ${search}`} log={log} searched={search !== ''} />
      )}
    </div>
  );
}
