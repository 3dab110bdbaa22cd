/**
 * What every verb is handed: the home, the terminal, and where it was called. Verbs touch neither
 * `process` nor the environment themselves, so that tests run them in-process with another
 * terminal.
 */
import type { Home } from '../platform/paths.ts';

/** Where words go and come from. `out` is for results, `err` for everything said beside them. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Width of the output; 80 where it is no terminal. */
  readonly columns: number;
  /** Height of the output; 24 where it is no terminal. */
  readonly rows: number;
  /** `out` is a screen that can be drawn over. */
  readonly redraws: boolean;
  /** Colours on `out`: only on a terminal and without NO_COLOR. */
  readonly colours: boolean;
  /** Somebody can be asked. */
  readonly interactive: boolean;
  /** Asks one question and resolves with the line typed, trimmed. */
  ask(question: string): Promise<string>;
  /** Calls `fn` at each Ctrl-C instead of ending; returns how to undo that. */
  onInterrupt(fn: () => void): () => void;
}

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
}

/** What becomes of the bots when the supervisor is told by a signal to leave. */
export type OnTerm = 'keep' | 'stop';

/** A session with its home found. */
export interface Context extends Session {
  readonly home: Home;
}
