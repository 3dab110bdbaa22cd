/** What the supervisor knows of one process while it lives; gone with it. */
import type { ErrorBody } from '../contract/errors.ts';
import type { ProcessIdentity, StatusView } from '../contract/instance-api.ts';
import type { Telling } from '../contract/sentences.ts';
import type { BotConnection } from './bot-link.ts';
import type { EndIntent } from './exit-decision.ts';
import { Gate } from './gate.ts';
import type { HealthState } from './health-policy.ts';
import { NO_SAMPLES } from './limit-policy.ts';
import type { LimitState } from './limit-policy.ts';
import type { Usage } from './usage.ts';

/** How a wait for a start came out. */
export type StartOutcome =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ended'; readonly error: ErrorBody }
  /** Another process holds the lock and was taken over. */
  | { readonly kind: 'adopted' }
  | { readonly kind: 'interrupted' };

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  readonly generation: number;
  readonly external: boolean;
  /** Started by an earlier supervisor: its exit code reaches us through exit.json only. */
  readonly adopted: boolean;
  readonly secrets: readonly string[] | null;
  readonly started: Gate<StartOutcome>;
  readonly ended: Gate<void>;
  connection: BotConnection | null;
  /** Opens anew with each connection. */
  connected: Gate<void>;
  ready: boolean;
  /** Monotonic moment of the last sign of life, ms. */
  heardAt: number;
  turnAgeMs: number | null;
  status: StatusView | null;
  /** What it waits for while it is not ready, as a sentence. */
  waitsFor: string | null;
  health: HealthState;
  /** A health probe of a program is under way. */
  probing: boolean;
  usage: Usage | null;
  limits: LimitState;
  intent: EndIntent | null;
  /** Why it is being replaced. */
  intentReason: Telling | null;
  failure: ErrorBody | null;
  exitReason: string | null;
  gone: boolean;
}

/** A process that was just started or adopted. */
export function newProcess(
  facts: Pick<
    RunningProcess,
    | 'identity'
    | 'generation'
    | 'external'
    | 'adopted'
    | 'secrets'
    | 'heardAt'
    | 'health'
  >,
): RunningProcess {
  return {
    ...facts,
    started: new Gate(),
    ended: new Gate(),
    connection: null,
    connected: new Gate(),
    ready: false,
    turnAgeMs: null,
    status: null,
    waitsFor: null,
    probing: false,
    usage: null,
    limits: NO_SAMPLES,
    intent: null,
    intentReason: null,
    failure: null,
    exitReason: null,
    gone: false,
  };
}
