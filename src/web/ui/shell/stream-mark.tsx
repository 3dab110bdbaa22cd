/** Says whether the figures are live, and how old they are when not. */
import { Badge } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Topics } from '../live/topics.ts';
import { useStreamState } from '../live/topics.ts';

const TICK_MS = 1000;

export interface StreamMarkProps<All extends object> {
  readonly topics: Topics<All>;
  /** What is said instead of a loss where the server has ended as it was told. */
  readonly ended?: string | undefined;
}

export function StreamMark<All extends object>({ topics, ended }: StreamMarkProps<All>) {
  const { t } = useTranslation();
  const state = useStreamState(topics);
  const now = useNow(state.name === 'lost' && ended === undefined);
  if (ended !== undefined) {
    return (
      <Badge role="status" variant="light" color="gray">
        {ended}
      </Badge>
    );
  }
  if (state.name !== 'lost') {
    return (
      <Badge role="status" variant="light" color={state.name === 'live' ? 'teal' : 'gray'}>
        {t(`stream.${state.name}`)}
      </Badge>
    );
  }
  const seconds = state.heardAt === null ? '–' : Math.round((now - state.heardAt) / 1000);
  return (
    <Badge role="alert" className="stream-lost">
      {t('stream.lost', { seconds })}
    </Badge>
  );
}

/** The time of this machine, again each second while `ticking`. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
