/** What reading one config file yields: shared by every module of this room. */
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { CodedText } from '../contract/said-codes.ts';

/**
 * A program to run instead of the built-in bot. Paths are absolute; a bare `program` is on PATH.
 */
export interface ExternalProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly script: string;
}

/** A validated config: defaults filled in, bot_args applied, `${VARIABLES}` not expanded. */
export interface LoadedConfig {
  readonly id: string;
  /** Absolute path of the config file. */
  readonly file: string;
  readonly config: InstanceConfig;
  /** Absolute. */
  readonly logDir: string;
  /** Absolute. */
  readonly dbPath: string;
  /** As configured; null: the first free port from 5001. */
  readonly webPort: number | null;
  /** The market and keys it trades live with, as one text; null: it does not. */
  readonly market: string | null;
  /** Set where `script_path` exists. */
  readonly program: ExternalProgram | null;
  /** `script_path` is given, whether it exists or not. */
  readonly programDeclared: boolean;
  readonly warnings: readonly CodedText[];
}
