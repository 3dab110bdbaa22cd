/** States in words: what is going on and why, as sentences a trader reads once. */
import type { TFunction } from 'i18next';
import type { StatusView } from '../../../contract/instance-api.ts';
import { codedWords, tripWords } from './said-words.ts';
import type { SaidIn } from './said-words.ts';

export interface StateWords {
  readonly text: string;
  readonly tone: 'good' | 'attention' | 'bad' | 'calm';
}

/** A sign for those who cannot tell the colours apart, and the colour. */
const GRID_SIGNS: Readonly<
  Record<StatusView['grid_state'], { sign: string; tone: StateWords['tone'] }>
> = {
  waiting: { sign: '◔', tone: 'calm' },
  running: { sign: '●', tone: 'good' },
  paused: { sign: '‖', tone: 'attention' },
  tripped: { sign: '▲', tone: 'bad' },
  stopping: { sign: '◌', tone: 'attention' },
  stopped: { sign: '■', tone: 'calm' },
  finished: { sign: '✓', tone: 'calm' },
};

/** Grid state, with the state of the process where that is not simply running. */
export function stateWords(t: TFunction, status: StatusView): StateWords {
  const { sign, tone } = GRID_SIGNS[status.grid_state];
  const text = `${sign} ${t(`grid_state.${status.grid_state}`)}`;
  if (status.state === 'running' || status.state === 'finished') return { text, tone };
  const bad = status.state === 'unhealthy' || status.state === 'failed' || tone === 'bad';
  const process = t(`process_state.${status.state}`);
  return { text: `${text} · ${process}`, tone: bad ? 'bad' : 'attention' };
}

export interface Notice {
  readonly text: string;
  /** What the bot said in English, beneath words of the page; null: it is in them. */
  readonly sentence: string | null;
  readonly kind: 'alarm' | 'warn' | 'info';
}

/** Everything that should be known before the figures are read, the worst first. */
export function noticesOf(t: TFunction, language: string, status: StatusView): Notice[] {
  const notices: Notice[] = [];
  const add = (kind: Notice['kind'], text: string, sentence: string | null = null) =>
    notices.push({ kind, text, sentence });
  const said = (kind: Notice['kind'], { words, sentence }: SaidIn, whole = same) =>
    add(kind, whole(words ?? sentence), words === null || sentence === '' ? null : sentence);
  if (status.grid_state === 'tripped') {
    const { tripped = null } = status;
    const whole = (reason: string) => t('notice.tripped', { reason });
    if (tripped === null) add('alarm', whole(t('notice.some_fence')));
    else said('alarm', tripWords(language, tripped), whole);
  }
  const coded = (text: string) => codedWords(t, language, text, status.coded);
  for (const sentence of status.degraded) {
    said('warn', coded(sentence), (reason) => t('notice.degraded', { reason }));
  }
  if (status.grid_state === 'paused') add('warn', t('notice.paused'));
  if (status.grid_state === 'finished') add('info', t('notice.finished'));
  if (status.grid_state === 'waiting') add('info', t('notice.waiting'));
  if (status.adjusted) add('info', t('notice.adjusted'));
  for (const warning of status.warnings) said('warn', coded(warning));
  return notices;
}

function same(text: string): string {
  return text;
}
