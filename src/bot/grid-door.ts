/** What the parts of a runner may do to its grid. All of it inside a runner task only. */
import type { DegradedCode } from '../contract/said-codes.ts';
import type { EngineEvent, GridState } from '../engine/index.ts';

export interface GridDoor {
  readonly state: GridState;
  /** Last price, ticks. */
  readonly ticks: number;
  /** One engine turn: decided, stored, its commands queued. */
  apply(event: EngineEvent): Promise<void>;
  /** A turn for each event, stored in one commit before any command is queued. */
  applyAll(events: readonly EngineEvent[]): Promise<void>;
  /** Sets (or with null clears) one reason for being degraded. */
  setDegraded(key: DegradedCode, reason: string | null): void;
  /** The venue's clock, ms since the epoch. */
  venueNow(): number;
  /** The same, as far as it is measured; null while it is not. */
  measuredNow(): number | null;
}
