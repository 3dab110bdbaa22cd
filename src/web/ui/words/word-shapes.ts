/** The shapes of those parts of a language that are tables by a code of gridd, not by a place. */
import type { ErrorCode } from '../../../contract/errors.ts';
import type {
  DegradedCode,
  DoctorSubject,
  ProblemRule,
  TripCode,
  WarningCode,
} from '../../../contract/said-codes.ts';
import type { SentenceCode } from '../../../contract/sentences.ts';

/** The keys of a config by path; `options` by "path=value", or by value where it is one thing. */
export interface KeyWords {
  readonly names: Readonly<Record<string, string>>;
  readonly help: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** What happened or is wrong, and what to do about it: a sentence each. */
export interface Advice {
  readonly what: string;
  readonly todo: string;
}

/**
 * What bot and supervisor say in English sentences, in another language: each word is shown with
 * the sentence beneath, which has the values; those of `sentences` have them themselves.
 */
export interface SaidWords {
  readonly errors: Readonly<Record<ErrorCode, Advice>>;
  readonly degraded: Readonly<Record<DegradedCode, string>>;
  readonly warnings: Readonly<Record<WarningCode, string>>;
  readonly trips: Readonly<Record<TripCode, string>>;
  readonly problems: Readonly<Record<ProblemRule, string>>;
  /** Whole sentences, with the places of the English ones. */
  readonly sentences: Readonly<Record<SentenceCode, string>>;
  /** The name of what was looked at. */
  readonly findings: Readonly<Record<DoctorSubject, string>>;
  /** The templates of gridd by name: what their first comment says. */
  readonly templates: Readonly<Record<string, string>>;
}
