/** Moments as people read them: in UTC as the charts and the logs have them, and how long ago. */
import type { TFunction } from 'i18next';

/** "01-05 12:29:58", UTC; text that is no moment comes back as it is. */
export function momentText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : dateText(date).slice(5);
}

/** "2026-01-05 12:29:58", UTC; text that is no moment comes back as it is. */
export function dateText(at: Date | string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** "12:29:58" where it is the same day in UTC, else with month and day. */
export function recentText(iso: string, nowMs: number): string {
  const today = dateText(nowMs).slice(0, 10) === dateText(iso).slice(0, 10);
  return today ? momentText(iso).slice(6) : momentText(iso);
}

/** How long ago in its two largest units, e.g. "2 h 5 m"; clocks apart by a little say "0 s". */
export function ageText(t: TFunction, iso: string, nowMs: number): string {
  const from = new Date(iso).getTime();
  return Number.isNaN(from) ? '' : durationText(t, Math.max(0, nowMs - from));
}

function durationText(t: TFunction, ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const units = [
    { name: 'days', count: Math.floor(seconds / 86_400) },
    { name: 'hours', count: Math.floor(seconds / 3600) % 24 },
    { name: 'minutes', count: Math.floor(seconds / 60) % 60 },
    { name: 'seconds', count: seconds % 60 },
  ] as const;
  const first = units.findIndex(({ count }) => count > 0);
  if (first === -1) return t('age.seconds', { n: 0 });
  // Seconds beside minutes would only flicker.
  const shown = units.slice(first, first + 2).filter(({ name, count }, place) => {
    return place === 0 || (count > 0 && name !== 'seconds');
  });
  return shown.map(({ name, count }) => t(`age.${name}`, { n: count })).join(' ');
}
