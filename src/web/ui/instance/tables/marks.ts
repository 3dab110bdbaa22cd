/**
 * Marks of the stream as tables use them: one that moved says that there is more to ask for. A
 * stream that was lost counts as moved, for the bot behind it may be another one.
 */
import { useEffect, useRef, useState } from 'react';
import type { PageMarks } from '../../../../contract/page-api.ts';
import { useStreamState } from '../../live/topics.ts';
import { useConnection } from '../connection.ts';
import { topics, useInstance } from '../instance-topics.ts';

/** The mark called `name`; undefined before the stream told any. */
export function useMark(name: keyof PageMarks): string | undefined {
  const marks = useInstance('marks');
  const returns = useReturns();
  return marks === undefined ? undefined : `${returns}.${marks[name]}`;
}

/** Whether the figures of the stream may be old. */
export function useStale(): boolean {
  return useConnection() === 'lost';
}

/** Counts how often the stream came back. */
function useReturns(): number {
  const { name } = useStreamState(topics);
  const [count, setCount] = useState(0);
  const gone = useRef(false);
  useEffect(() => {
    if (name === 'lost' || name === 'hidden') gone.current = true;
    if (name !== 'live' || !gone.current) return;
    gone.current = false;
    setCount((before) => before + 1);
  }, [name]);
  return count;
}
