/** Moments and lengths of time as the console writes them: local time, short words. */
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

/** Local date and time to the second, e.g. "2026-01-05 12:30:07"; other text comes back. */
export function dateText(at: string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
