/** The logs of all instances as one stream, narrowed by instance, level and words. */
import { Button, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { LOG_LEVELS } from '../../../../contract/page-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { lineText, useFollowedLog } from '../../shell/followed-log.ts';
import { LogBox } from '../../shell/log-box.tsx';
import { setQuery, useAddress } from '../address.ts';
import { useConsoleWords } from '../console-words.ts';
import { useFleet } from '../fleet-topics.ts';

const TYPING_MS = 300;

export default function LogView() {
  const { t } = useConsoleWords();
  const { query } = useAddress();
  const mark = useFleet('marks')?.log;
  const level = LOG_LEVELS.find((each) => each === query['level']) ?? 'info';
  const ids = query['ids'] ?? '';
  const [typed, setTyped] = useState(query['q'] ?? '');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const wanted = { ids, level, q: search };
  const log = useFollowedLog(wanted, mark === undefined ? undefined : String(mark));
  const { held, failure, retry } = log;
  const { copied, copy } = useClipboard();
  const lines = held?.lines ?? [];
  return (
    <div className="view fixed">
      <div className="view-head">
        <h2>{t('console:nav.log')}</h2>
        <InstanceChoice ids={ids} />
        <NativeSelect
          size="xs"
          aria-label={t('log.level')}
          value={level}
          onChange={({ currentTarget: { value } }) => setQuery({ level: value })}
          data={LOG_LEVELS.map((value) => ({ value, label: t(`log.from_${value}`) }))}
        />
        <TextInput
          className="log-search"
          aria-label={t('log.search')}
          placeholder={t('log.search')}
          value={typed}
          onChange={({ currentTarget: { value } }) => {
            setTyped(value);
            setQuery({ q: value });
          }}
        />
        <span className="quiet small" role="status">
          {held !== undefined && t('log.lines', { count: lines.length })}
        </span>
        <div className="view-head-end">
          <Button
            variant="default"
            onClick={() => copy(lines.map((line) => lineText(line, true)).join('\n'))}
          >
            {copied ? `✓ ${t('log.copied')}` : t('log.copy')}
          </Button>
        </div>
      </div>
      <div className="log-pane">
        {failure === null ? (
          <LogBox key={JSON.stringify(wanted)} log={log} searched={search !== ''} named />
        ) : (
          <>
            <FailureText failure={failure} />
            <Button variant="default" mt="sm" onClick={retry}>
              {t('common.retry')}
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

/** Whose lines are shown; none chosen: all. */
function InstanceChoice({ ids }: { readonly ids: string }) {
  const { t } = useConsoleWords();
  const rows = useFleet('rows') ?? [];
  return (
    <MultiSelect
      size="xs"
      className="log-ids"
      aria-label={t('console:log.instances')}
      placeholder={ids === '' ? t('console:log.all_instances') : ''}
      data={rows.map(({ id }) => id)}
      value={ids === '' ? [] : ids.split(',')}
      onChange={(chosen) => setQuery({ ids: chosen.join(',') })}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('console:log.all_instances') }}
      maxDropdownHeight={320}
    />
  );
}
