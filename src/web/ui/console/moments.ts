/** Lengths of time as the console writes them, in short words. */
import type { ConsoleT } from './console-words.ts';

const DAY_S = 86_400;

/** "2 d 3 h", "3 h 12 min", "12 min", "40 s"; "–" for what is not known. */
export function durationWords(t: ConsoleT, seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return '–';
  const part = (unit: 'd' | 'h' | 'min' | 's', value: number) =>
    t(`console:span.${unit}`, { value: Math.floor(value) });
  if (seconds >= DAY_S)
    return `${part('d', seconds / DAY_S)} ${part('h', (seconds % DAY_S) / 3600)}`;
  if (seconds >= 3600) return `${part('h', seconds / 3600)} ${part('min', (seconds % 3600) / 60)}`;
  return seconds >= 60 ? part('min', seconds / 60) : part('s', seconds);
}
