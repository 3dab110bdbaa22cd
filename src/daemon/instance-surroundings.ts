/** What an instance needs of the supervisor around it. */
import type { StatusView } from '../contract/instance-api.ts';
import type { Note } from '../contract/said-codes.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Home } from '../platform/paths.ts';
import type { LoadedConfig } from '../registry/index.ts';
import type { FleetHistory } from './fleet-history.ts';
import type { RestartGate } from './restart-gate.ts';

/** What an instance is given by the supervisor. */
export interface InstanceSurroundings {
  readonly home: Home;
  readonly hash: string;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly botMain: string;
  readonly history: FleetHistory;
  /** Holds crash restarts back when many fail together. */
  readonly restarts: RestartGate;
  /** Whether the supervisor is ending: no process is started any more. */
  closing(): boolean;
  random(): number;
  /** Hears of each instance that is down until the user acts. */
  failed(id: string): void;
  /** Ports that living instances other than `id` use. */
  portsInUse(id: string): number[];
  /** Throws CONFIG_CONFLICT when others have what `loaded` claims; `withStopped`: even stopped. */
  refuseConflicts(loaded: LoadedConfig, withStopped: boolean): void;
  /** An instance's file is being read: an edit of it becomes a version. */
  configSeen(id: string): void;
  /** Throws ACCOUNT_LOSS where a running grid would grow too large; else what to warn of. */
  judgeReload(loaded: LoadedConfig, status: StatusView | null): Promise<Note | null>;
  /** The logger of an instance; its lines go to daemon.log in `logDir`, opened anew where gone. */
  openLog(id: string, logDir: string): Promise<Logger>;
}
