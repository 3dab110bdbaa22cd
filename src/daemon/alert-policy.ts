/**
 * Which alerts are due: what is wrong with each instance now against what was told. PURE. A flaw
 * that lasts is told once, and once that it is over; what comes and goes is told at most every
 * `quiet_s`, everything together at most `most_per_hour`. What must wait and still holds then is
 * told then, so that nothing that lasts is lost.
 */
import { ALERT_KINDS } from '../contract/alerts.ts';
import type { AlertConfig, AlertKind } from '../contract/alerts.ts';
import type { ProcessState, StatusView } from '../contract/instance-api.ts';

/** What an instance is to this policy. */
export interface AlertFacts {
  readonly id: string;
  readonly state: ProcessState;
  readonly state_reason: string;
  readonly desired: 'running' | 'stopped';
  /** Of the living bot; null where none tells. */
  readonly status: StatusView | null;
}

/** One flaw of one instance; moments are wall-clock ms. */
interface Flaw {
  /** Since when it is there; null: it is not. */
  readonly since: number | null;
  readonly told: boolean;
  readonly told_at: number | null;
}
type Flaws = Readonly<Partial<Record<AlertKind, Flaw>>>;

/** What was told so far. */
export interface AlertMemory {
  readonly instances: Readonly<Record<string, Flaws>>;
  /** Moments of the alerts of the last hour. */
  readonly sent: readonly number[];
}

export const NOTHING_TOLD: AlertMemory = { instances: {}, sent: [] };

/** An alert that is due. */
export interface DueAlert {
  readonly instance: string;
  readonly event: AlertKind;
  readonly recovered: boolean;
  readonly text: string;
}

type Limits = Pick<AlertConfig, 'degraded_after_s' | 'quiet_s' | 'most_per_hour'>;
/** `over`: it has become beside the point; nobody is told. */
type Finding = { readonly is: 'on'; readonly text: string } | { readonly is: Rest };
type Rest = 'off' | 'over' | 'unknown';

const HOUR_MS = 3_600_000;
const OFF: Finding = { is: 'off' };
const OVER: Finding = { is: 'over' };
const UNKNOWN: Finding = { is: 'unknown' };
const DOWN: readonly ProcessState[] = ['stopped', 'finished', 'failed'];

/** What is wrong with an instance now. */
export function findFlaws(facts: AlertFacts): Readonly<Record<AlertKind, Finding>> {
  const { state, state_reason: reason, desired, status } = facts;
  const ended = DOWN.includes(state);
  const well = state === 'running';
  const unwell = ['degraded', 'unhealthy', 'backoff'].includes(state);
  const stands = desired === 'stopped' && (state === 'stopped' || state === 'finished');
  const known = (find: (view: StatusView) => string | null): Finding => {
    if (ended) return state === 'failed' ? UNKNOWN : OVER;
    if (status === null) return UNKNOWN;
    const text = find(status);
    return text === null ? OFF : { is: 'on', text };
  };
  return {
    failed: state === 'failed' ? { is: 'on', text: reason } : well ? OFF : stands ? OVER : UNKNOWN,
    degraded: unwell
      ? { is: 'on', text: `${state}: ${reason}` }
      : well
        ? OFF
        : ended
          ? OVER
          : UNKNOWN,
    tripped: known(({ tripped }) => tripped?.text ?? null),
    liquidation: known(liquidationText),
    position: known(({ position_differs: text }) => text ?? null),
    stopped: stands ? { is: 'on', text: reason } : OVER,
  };
}

function liquidationText({ liquidation, price }: StatusView): string | null {
  if (liquidation?.alarm !== true) return null;
  const { now, nearest_percent: percent } = liquidation;
  const at = now === null ? 'once resting orders are filled' : `at ${now}`;
  return `liquidation ${at} is within 3 % of the price ${price} (${percent ?? '0'} %)`;
}

/** The alerts that are due at `now` (wall-clock ms), and the memory after them. */
export function decideAlerts(
  memory: AlertMemory,
  fleet: readonly AlertFacts[],
  limits: Limits,
  now: number,
): { readonly memory: AlertMemory; readonly due: DueAlert[] } {
  const sent = memory.sent.filter((at) => at > now - HOUR_MS && at <= now);
  const instances: Record<string, Record<string, Flaw>> = {};
  const found = fleet.map((facts) => ({ id: facts.id, flaws: findFlaws(facts) }));
  for (const { id, flaws } of found) {
    const before = memory.instances[id];
    instances[id] = {};
    for (const kind of ALERT_KINDS) {
      // One that is met stopped was stopped before anybody looked.
      const met = before === undefined && kind === 'stopped' && flaws[kind].is === 'on';
      const first: Flaw = { since: null, told: met, told_at: null };
      instances[id][kind] = seen(before?.[kind] ?? first, flaws[kind], now);
    }
  }
  const due: DueAlert[] = [];
  const room = () => sent.length < limits.most_per_hour;
  for (const recovered of [false, true]) {
    for (const kind of ALERT_KINDS) {
      for (const { id, flaws } of found) {
        const flaw = instances[id]?.[kind];
        const finding = flaws[kind];
        if (finding.is !== (recovered ? 'off' : 'on') || flaw === undefined || !room()) continue;
        if (!isDue(flaw, kind, recovered, limits, now)) continue;
        sent.push(now);
        const told_at = recovered ? flaw.told_at : now;
        instances[id] = { ...instances[id], [kind]: { ...flaw, told: !recovered, told_at } };
        const text = finding.is === 'on' ? finding.text : 'it is over';
        const last = `${text} (${limits.most_per_hour} alerts within an hour: the next ones wait)`;
        due.push({ instance: id, event: kind, recovered, text: room() ? text : last });
      }
    }
  }
  return { memory: { instances, sent }, due };
}

function seen(flaw: Flaw, finding: Finding, now: number): Flaw {
  switch (finding.is) {
    case 'unknown':
      return flaw;
    case 'on':
      return { ...flaw, since: Math.min(flaw.since ?? now, now) };
    case 'off':
      return { ...flaw, since: null };
    case 'over':
      return { ...flaw, since: null, told: false };
  }
}

function isDue(
  { since, told, told_at }: Flaw,
  kind: AlertKind,
  recovered: boolean,
  limits: Limits,
  now: number,
): boolean {
  if (recovered) return told;
  if (told || since === null) return false;
  const lasts = kind === 'degraded' ? limits.degraded_after_s * 1000 : 0;
  if (now - since < lasts) return false;
  // A clock that was set back must not silence an alert.
  return told_at === null || told_at > now || now - told_at >= limits.quiet_s * 1000;
}
