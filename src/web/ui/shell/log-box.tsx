/**
 * Lines of a log: it follows the newest until the reader scrolls up, and goes on when asked. Lines
 * are text and nothing else; what is in them can neither act nor hide.
 */
import './log-box.css';
import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLevel } from '../../../contract/page-api.ts';
import { momentText } from '../format/moment.ts';
import { shownText } from '../format/plain-text.ts';
import type { FollowedLog } from './followed-log.ts';
import { MOST_LINES } from './log-lines.ts';
import type { NumberedLine } from './log-lines.ts';

const LINE_PX = 20;
const END_PX = 24;

interface LogBoxProps {
  readonly log: FollowedLog;
  readonly searched: boolean;
  /** Lines are of several instances: each says whose it is. */
  readonly named?: boolean;
}

export function LogBox({ log, searched, named = false }: LogBoxProps) {
  const { t } = useTranslation();
  const { held } = log;
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
      <Before log={log} />
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
              className={named ? 'log-line named' : 'log-line'}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Line line={line} named={named} />
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

/** What there is before the lines that are held. */
function Before({ log: { held, reading, readOlder } }: { readonly log: FollowedLog }) {
  const { t } = useTranslation();
  if (held === undefined || (held.older === null && !held.cut)) return null;
  return (
    <div className="log-before quiet">
      {held.cut ? (
        t('log.cut', { count: MOST_LINES })
      ) : (
        <Button size="compact-xs" variant="default" loading={reading} onClick={readOlder}>
          {t('log.older')}
        </Button>
      )}
    </div>
  );
}

const TONES: Readonly<Record<LogLevel, string>> = {
  ...{ trace: 'quiet', debug: 'quiet', info: 'quiet' },
  ...{ warn: 'attention', error: 'loss', fatal: 'loss' },
};

function Line({ line, named }: { readonly line: NumberedLine; readonly named: boolean }) {
  const { at, near, level, text, instance } = line;
  const time = at === null ? '' : momentText(at);
  return (
    <>
      <span className="quiet" title={at ?? undefined}>
        {near ? `~${time}` : time}
      </span>
      {named && <span className="instance">{instance}</span>}
      <span className={TONES[level]}>{level.toUpperCase()}</span>
      <span className="text">{shownText(text)}</span>
    </>
  );
}
