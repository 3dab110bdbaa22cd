/**
 * What the verbs of the command line share: how a verb is run, and how the instances it is about
 * are named on it.
 */
import type { Command } from 'commander';
import { GriddError } from '../../contract/errors.ts';
import type { Context } from '../context.ts';
import type { Selection } from '../select.ts';

/** Runs a verb with its context and keeps its exit code. */
export type Run = (verb: (context: Context) => Promise<number>) => Promise<void>;

/** Options by which a verb is told its instances. */
export interface TargetOptions {
  readonly all?: boolean;
  readonly config?: string[];
  readonly instanceId?: string;
}

/** Those, and switches of the verb's own. */
export type Flags<Keys extends string> = TargetOptions & Partial<Record<Keys, boolean>>;

/** A verb about several instances. */
export function many(command: Command, configHelp = 'config file of the instance'): Command {
  return command
    .argument('[ids...]', 'instances')
    .option('--all', 'all of them')
    .option('-c, --config <file>', `${configHelp}; may be repeated`, collect, [])
    .option('--instance-id <id>', 'id where the config is used under another one');
}

/** A verb about one instance. */
export function one(command: Command): Command {
  return command
    .argument('[id]', 'the instance')
    .option('-c, --config <file>', 'its config file instead of its id', collect, [])
    .option('--instance-id <id>', 'id where the config is used under another one');
}

/** What was named on the command line. */
export function selection(
  ids: readonly string[] | string | undefined,
  options: TargetOptions,
): Selection {
  const { all, config, instanceId } = options;
  return { ids: typeof ids === 'string' ? [ids] : (ids ?? []), all, config, instanceId };
}

/** Takes an option that may be repeated. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** A whole number given as text; USAGE when it is none. */
export function count(option: string, text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new GriddError('USAGE', `${option} takes a whole number up to 9999999, not "${text}".`);
}
