/**
 * Validation of a config value against its schema, told so that a person can act: one problem a
 * path, what was found, what is allowed, and for an unknown key the one that was probably meant.
 * What stands in a credential field, in `environment` or under an unknown key is never repeated.
 */
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { ErrorCode, Problem } from '../contract/errors.ts';
import type { ProblemRule } from '../contract/said-codes.ts';
import { CREDENTIAL_NAMES } from '../contract/venues.ts';
import type { SchemaFault } from '../platform/json-schema.ts';
import { nearest } from './spelling.ts';
import { configFaults } from './schema-checks.ts';
import { PARTS, allowedText, keysOf, partOf } from './schema-words.ts';
import type { SchemaNode } from './schema-words.ts';

/** A problem that, when it is the only kind, gives the refusal its own code. */
export interface CodedProblem extends Problem {
  readonly rule: ProblemRule;
  readonly code?: ErrorCode;
}

const MISSING = 'is missing';

/** What only the built-in bot needs: an external program has its own arguments. */
const GRID_KEYS = ['grid_lower_price', 'grid_upper_price', 'grid_num'];

/**
 * Fills defaults into `value` (in place) and returns every problem; none means `value` is a config.
 * `external`: a program runs in place of the built-in bot, so that no grid need be given.
 */
export function validateConfig(value: unknown, external: boolean): readonly CodedProblem[] {
  const faults = configFaults(value);
  return toProblems(external ? faults.filter((fault) => !isGridKeyMissing(fault)) : faults);
}

/**
 * Whether `value` has no problem; a type guard over `validateConfig`. The grid of an external
 * program may be absent all the same: nothing of ours reads it.
 */
export function isConfig(value: unknown, external: boolean): value is InstanceConfig {
  return validateConfig(value, external).length === 0;
}

/** Whether a problem says that the built-in bot has no grid. */
export function isMissingGrid({ path, message }: Problem): boolean {
  const key = path.replace(/^strategy_config\.?/, '');
  return message === MISSING && (path === 'strategy_config' || GRID_KEYS.includes(key));
}

function isGridKeyMissing({ keyword, instancePath, params }: SchemaFault): boolean {
  if (keyword !== 'required' || instancePath !== '/strategy_config') return false;
  return GRID_KEYS.includes(String(params['missingProperty']));
}

function toProblems(errors: readonly SchemaFault[]): CodedProblem[] {
  const unions = new Set(
    errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath),
  );
  const problems = new Map<string, CodedProblem>();
  for (const error of errors) {
    // The branches of a union each complain; the union says it once.
    if (unions.has(error.instancePath) && error.keyword !== 'anyOf') continue;
    const problem = toProblem(error);
    if (!problems.has(problem.path)) problems.set(problem.path, problem);
  }
  return [...problems.values()];
}

function toProblem(error: SchemaFault): CodedProblem {
  const keys = keysOfPointer(error.instancePath);
  const schema = (error.parentSchema ?? {}) as SchemaNode;
  if (error.keyword === 'required') {
    const missing = String(error.params['missingProperty']);
    const wanted = schema.properties?.[missing];
    const allowed = wanted === undefined ? {} : { allowed: allowedText(wanted) };
    return { path: pathText([...keys, missing]), message: MISSING, ...allowed, rule: 'missing' };
  }
  if (error.keyword === 'additionalProperties') {
    const unknown = String(error.params['additionalProperty']);
    const message = unknownKey(keys, unknown, Object.keys(schema.properties ?? {}));
    return { path: pathText([...keys, unknown]), message, rule: 'unknown_key' };
  }
  return {
    path: pathText(keys),
    ...faultWords(error, schema),
    found: shownValue(keys, error.data),
    allowed: allowedText(schema),
  };
}

function unknownKey(parents: readonly string[], key: string, known: readonly string[]): string {
  const elsewhere = partOf(key);
  if (elsewhere !== null) return `is not a key here; did you mean ${elsewhere}.${key}?`;
  const here = nearest(key, known);
  if (here !== null) return `is not a known key; did you mean "${here}"?`;
  for (const part of parents.length < 2 ? PARTS : []) {
    const near = nearest(key, keysOf(part));
    if (near !== null) return `is not a known key; did you mean ${part}.${near}?`;
  }
  return 'is not a known key';
}

function faultWords(
  error: SchemaFault,
  schema: SchemaNode,
): { message: string; rule: ProblemRule } {
  const quoted = typeof error.data === 'string' && Number.isFinite(Number(error.data));
  switch (error.keyword) {
    case 'type': {
      const numeric = schema.type === 'number' || schema.type === 'integer';
      if (numeric && quoted) {
        const message = 'is text where a number belongs: write it without quotes';
        return { message, rule: 'text_for_number' };
      }
      if (schema.type !== 'integer') return { message: 'is of the wrong kind', rule: 'wrong_kind' };
      return { message: 'is no whole number', rule: 'no_whole_number' };
    }
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return { message: 'is out of range', rule: 'value_range' };
    case 'anyOf':
    case 'const':
      return { message: 'is not an allowed value', rule: 'no_choice' };
    case 'pattern': {
      if (schema.title !== undefined) {
        return { message: 'is not of the form it must have', rule: 'wrong_form' };
      }
      const message = 'holds characters that are not allowed (control characters)';
      return { message, rule: 'control_characters' };
    }
    case 'minLength':
      return { message: 'is empty', rule: 'empty' };
    case 'maxLength':
      return { message: 'is too long', rule: 'too_long' };
    default:
      return { message: error.message ?? 'is not allowed', rule: 'no_choice' };
  }
}

const HIDDEN = new RegExp(
  `^(exchange_config\\.)?(${CREDENTIAL_NAMES.join('|')}|proxy)|^(daemon_config\\.)?environment\\b`,
);

/** A value as it may be repeated to the user: short, and never a secret. */
function shownValue(path: readonly string[], value: unknown): unknown {
  if (HIDDEN.test(path.join('.'))) return '(hidden)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  // As JSON it would be null, which nobody wrote.
  if (value === Infinity || value === -Infinity) return 'a number beyond all bounds';
  if (typeof value !== 'string') return value ?? 'null';
  return value.length > 80 ? `${value.slice(0, 80)}…` : value;
}

/** ["bot_args", "3"] -> "bot_args[3]". */
function pathText(keys: readonly string[]): string {
  return keys
    .map((key, i) => (/^\d+$/.test(key) ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`))
    .join('');
}

function keysOfPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
