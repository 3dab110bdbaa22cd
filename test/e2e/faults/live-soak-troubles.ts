/**
 * What befalls the instances of the live soak, and when: kills of bots, supervisor and venue, and
 * everything that the loopback venue can do wrong. Pure: a seed gives the same schedule.
 */
import { FAULT_KINDS } from '../../../src/exchange/sim/faults.ts';
import { Dice } from '../../sim/random.ts';

export type Victim = 'bot' | 'supervisor' | 'venue';

/** At `at_ms` of its round; `rest_ms`: how long what was killed stays away. */
export type Trouble =
  | {
      readonly type: 'kill';
      readonly at_ms: number;
      readonly victim: Victim;
      /** Which of the bots, from 0. */
      readonly index: number;
      readonly rest_ms: number;
    }
  | {
      readonly type: 'command';
      readonly at_ms: number;
      readonly name: string;
      readonly body: Readonly<Record<string, unknown>>;
    };

/** What a round is drawn for. */
export interface Round {
  readonly seed: number;
  readonly length_ms: number;
  readonly bots: number;
  /** How many of them are killed. */
  readonly killed: number;
  /** A trouble of the whole venue in so many milliseconds. */
  readonly state_every_ms: number;
  readonly symbols: readonly string[];
}

/** Requests to which faults happen: a few by name, else whatever comes next. */
const PATHS = ['/api/v1/order', '/api/v1/orders', '/wapi/v1/history', '/api/v1/position', null];
const METHODS = ['GET', 'POST', 'DELETE', null];
/** One fault of an answer in so many milliseconds. */
const FAULT_EVERY_MS = 500;
/** Longer than a bot waits for an answer. */
const LONGEST_LATENCY_MS = 1500;
const LONGEST_ABSENCE_MS = 2000;

/** The troubles of one round, in time. */
export function troublesOf(round: Round): readonly Trouble[] {
  const dice = new Dice(round.seed);
  const troubles = [...kills(round, dice), ...faults(round, dice), ...states(round, dice)];
  return troubles.sort((a, b) => a.at_ms - b.at_ms);
}

/** Bots, each at most once, supervisor and venue, somewhere in the first half. */
function kills({ length_ms, bots, killed }: Round, dice: Dice): Trouble[] {
  const victims: { victim: Victim; index: number }[] = [
    { victim: 'supervisor', index: 0 },
    { victim: 'venue', index: 0 },
  ];
  const first = dice.whole(0, bots - 1);
  for (let n = 0; n < killed; n += 1) victims.push({ victim: 'bot', index: (first + n) % bots });
  return victims.map((whom) => ({
    ...{ type: 'kill', ...whom },
    at_ms: dice.whole(Math.floor(length_ms / 10), Math.floor(length_ms * 0.45)),
    rest_ms: dice.whole(0, LONGEST_ABSENCE_MS),
  }));
}

function faults({ length_ms }: Round, dice: Dice): Trouble[] {
  const made: Trouble[] = [];
  for (let at_ms = 0; at_ms < length_ms; at_ms += dice.whole(1, 2 * FAULT_EVERY_MS)) {
    const kind = dice.pick(FAULT_KINDS);
    const ms = kind === 'latency' ? dice.whole(20, LONGEST_LATENCY_MS) : 0;
    const [method, path] = [dice.pick(METHODS), dice.pick(PATHS)];
    const [times, skip] = [dice.whole(1, 3), dice.whole(0, 3)];
    made.push(command(at_ms, 'fault', { kind, ms, times, skip, ...given({ method, path }) }));
  }
  return made;
}

/** Troubles of the whole venue; those that last end after a while. */
function states({ length_ms, symbols, state_every_ms }: Round, dice: Dice): Trouble[] {
  const made: Trouble[] = [];
  // In turn, so that a round of any length has as many kinds of them as fit.
  const first = dice.whole(0, STATES.length - 1);
  const count = Math.floor(length_ms / state_every_ms);
  for (let n = 0; n < count; n += 1) {
    const at_ms = n * state_every_ms + dice.whole(0, Math.floor(state_every_ms / 2));
    const lasts_ms = dice.whole(300, 1800);
    const make = STATES[(first + n) % STATES.length];
    if (make !== undefined) made.push(...make(at_ms, at_ms + lasts_ms, dice, symbols));
  }
  return made;
}

type MakeState = (
  from_ms: number,
  to_ms: number,
  dice: Dice,
  symbols: readonly string[],
) => Trouble[];

const STATES: readonly MakeState[] = [
  (from) => [command(from, 'disconnect', {})],
  (from, _to, dice) => {
    const part = String(dice.whole(1, 9) / 10);
    return [command(from, 'partial', { part, times: dice.whole(1, 5) })];
  },
  (from, to) => [command(from, 'maintenance', {}), command(to, 'maintenance', { on: false })],
  (from, to) => [command(from, 'mute', {}), command(to, 'mute', { on: false })],
  (from, to, dice) => [
    command(from, 'listing-lag', { ms: dice.whole(100, 1500) }),
    command(to, 'listing-lag', { ms: 0 }),
  ],
  (from, to, dice) => [
    command(from, 'slow-cancel', { ms: dice.whole(50, 800) }),
    command(to, 'slow-cancel', { ms: 0 }),
  ],
  (from, to, dice) => [
    command(from, 'clock', { offset_ms: dice.whole(-4000, 4000) }),
    command(to, 'clock', { offset_ms: 0 }),
  ],
  (from, _to, dice, symbols) => [command(from, 'funding', { symbol: dice.pick(symbols) })],
];

function command(at_ms: number, name: string, body: Readonly<Record<string, unknown>>): Trouble {
  return { type: 'command', at_ms, name, body };
}

/** Null stands for any: the venue wants it left out. */
function given(fields: Readonly<Record<string, string | null>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== null) kept[name] = value;
  return kept;
}
