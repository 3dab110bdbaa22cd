/** What a reload does to a running instance once its file has passed every check. PURE. */
import type { ReloadAnswer } from '../contract/instance-api.ts';
import { say, sentenceOf } from '../contract/sentences.ts';
import { appliedAs } from '../registry/index.ts';

const VARIABLE = sentenceOf(say('variable_changed'));

/** What is known at the moment of the decision. */
export interface ReloadFacts {
  /** What runs now, and what a start of the file would run. */
  readonly runs: 'bot' | 'program';
  readonly wanted: 'bot' | 'program';
  /** Keys in which the file differs from what the supervisor last took from it. */
  readonly changed: readonly string[];
  /** A variable behind the keys or the environment has another value than at the start. */
  readonly secretsChanged: boolean;
  /** What the bot did; null: it is a program, or a bot that knows no reload. */
  readonly answer: ReloadAnswer | null;
}

export type ReloadDecision =
  /** `applied`: keys that are in force now, or will be once the limits are taken. */
  | { readonly kind: 'keep'; readonly applied: readonly string[] }
  | { readonly kind: 'restart'; readonly because: readonly string[] };

/** The bot knows best what it runs with; without its answer our own comparison decides. */
export function decideReload(facts: ReloadFacts): ReloadDecision {
  const { runs, wanted, changed, secretsChanged, answer } = facts;
  if (runs !== wanted) return { kind: 'restart', because: ['daemon_config.script_path'] };
  const limits = appliedAs(changed, 'limit');
  if (answer !== null) {
    if (answer.restart.length > 0) return { kind: 'restart', because: answer.restart };
    return { kind: 'keep', applied: [...limits, ...answer.applied] };
  }
  const idle = appliedAs(changed, 'limit', 'nothing');
  // Arguments and places of a program mean nothing to a bot.
  if (runs === 'bot') idle.push(...appliedAs(changed, 'program'));
  const acting = changed.filter((key) => !idle.includes(key));
  if (acting.length > 0) return { kind: 'restart', because: acting };
  if (secretsChanged) return { kind: 'restart', because: [VARIABLE] };
  return { kind: 'keep', applied: limits };
}
