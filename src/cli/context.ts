/**
 * What every verb is handed: the home, the terminal, and where it was called. Verbs touch neither
 * `process` nor the environment themselves, so that tests run them in-process with another
 * terminal.
 */
import type { KindLoaders } from '../exchange/venues.ts';
import type { Home } from '../platform/paths.ts';
import type { Terminal } from '../platform/terminal.ts';

export type { Terminal };

/** Where and with what the CLI was called. */
export interface Session {
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /**
   * Turns this process into the supervisor of a home; resolves once that has begun. `onTerm`: what
   * a signal to leave does to the bots.
   */
  becomeSupervisor(home: Home, onTerm: OnTerm): Promise<void>;
  /** Other kinds of venues than the built-in ones. */
  readonly kinds?: KindLoaders;
}

/** What becomes of the bots when the supervisor is told by a signal to leave. */
export type OnTerm = 'keep' | 'stop';

/** A session with its home found. */
export interface Context extends Session {
  readonly home: Home;
}
