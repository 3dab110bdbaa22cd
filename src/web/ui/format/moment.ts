/** Moments as people read them: in the reader's time zone, and how long ago. */
import type { TFunction } from 'i18next';

/** "01-05 12:29:58" of this machine's zone; text that is no moment comes back as it is. */
export function momentText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** "12:29:58" where it is today, else with month and day. */
export function recentText(iso: string, nowMs: number): string {
  const today = new Date(nowMs).toDateString() === new Date(iso).toDateString();
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

function two(value: number): string {
  return String(value).padStart(2, '0');
}
