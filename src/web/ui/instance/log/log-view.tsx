/**
 * The log of the bot, live: it follows the newest line until the reader scrolls up, and goes on
 * when asked. Lines are text and nothing else; what is in them can neither act nor hide.
 */
import './log-view.css';
import { Button, NativeSelect, Text, TextInput } from '@mantine/core';
import { useClipboard, useDebouncedValue } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLevel } from '../../../../contract/page-api.ts';
import { LOG_LEVELS } from '../../../../contract/page-api.ts';
import { momentText } from '../../format/moment.ts';
import { shownText } from '../../format/plain-text.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { useStale } from '../tables/marks.ts';
import type { HeldLines, NumberedLine } from './log-lines.ts';
import { lineText, useLog } from './log-source.ts';

const TYPING_MS = 300;
const LINE_PX = 20;
const END_PX = 24;

export function LogView() {
  const { t } = useTranslation();
  const [level, setLevel] = useState<LogLevel>('info');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const stale = useStale();
  const { held, failure, retry } = useLog({ level, search });
  const { copied, copy } = useClipboard();
  const copyAll = () => void copy((held?.lines ?? []).map(lineText).join('\n'));
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
        <LogBox key={`${level} ${search}`} held={held} searched={search !== ''} />
      )}
    </div>
  );
}

interface LogBoxProps {
  readonly held: HeldLines | undefined;
  readonly searched: boolean;
}

function LogBox({ held, searched }: LogBoxProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const lines = held?.lines ?? [];
  const [seen, setSeen] = useState<number | null>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    getItemKey: (index) => lines[index]?.number ?? index,
  });
  const newest = lines.at(-1)?.number ?? 0;
  const following = seen === null;
  const height = virtual.getTotalSize();
  useEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [following, newest, height]);
  const onScroll = () => {
    const at = box.current;
    if (at === null) return;
    const atEnd = at.scrollHeight - at.scrollTop - at.clientHeight < END_PX;
    setSeen((before) => (atEnd ? null : (before ?? newest)));
  };
  return (
    <div
      className="log-box"
      ref={box}
      onScroll={onScroll}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t('log.label')}
      aria-busy={held === undefined}
    >
      {lines.length === 0 && (
        <p className="table-note quiet">
          {held === undefined ? t('common.loading') : t(searched ? 'log.no_match' : 'log.empty')}
        </p>
      )}
      <ol className="log-lines" style={{ height }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="log-line"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Line line={line} />
            </li>
          );
        })}
      </ol>
      {!following && (
        <div className="log-jump">
          <Button size="compact-xs" onClick={() => setSeen(null)}>
            ↓ {newest > seen ? t('log.new_lines', { count: newest - seen }) : t('log.follow')}
          </Button>
        </div>
      )}
    </div>
  );
}

const TONES: Readonly<Record<LogLevel, string>> = {
  ...{ trace: 'quiet', debug: 'quiet', info: 'quiet' },
  ...{ warn: 'attention', error: 'loss', fatal: 'loss' },
};

function Line({ line: { at, near, level, text } }: { readonly line: NumberedLine }) {
  const time = at === null ? '' : momentText(at);
  return (
    <>
      <span className="quiet" title={at ?? undefined}>
        {near ? `~${time}` : time}
      </span>
      <span className={TONES[level]}>{level.toUpperCase()}</span>
      <span className="text">{shownText(text)}</span>
    </>
  );
}
