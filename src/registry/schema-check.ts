/**
 * The check of a small config file of the home against its schema, defaults put in. A problem is
 * told by its path and what is allowed, never with the value: that may be a secret.
 */
import type { Problem } from '../contract/errors.ts';
import type { SchemaFault, SchemaFaults } from '../platform/json-schema.ts';

/** A value that fits, or every problem. */
export type Checked<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly Problem[] };

/** A check out of `faultsOf`; it completes the value that it is given. */
export function schemaCheck<T>(faultsOf: SchemaFaults): (value: unknown) => Checked<T> {
  return (value) => {
    const faults = faultsOf(value);
    if (faults.length === 0) return { value: value as T, problems: [] };
    return { value: null, problems: problemsOf(faults) };
  };
}

function problemsOf(errors: readonly SchemaFault[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const parents = error.instancePath.split('/').slice(1);
    const { missingProperty, additionalProperty } = error.params as Record<string, string>;
    const key = missingProperty ?? additionalProperty;
    const path = [...parents, ...(key === undefined ? [] : [key])].join('.') || '(file)';
    const message =
      missingProperty !== undefined
        ? 'is missing'
        : additionalProperty !== undefined
          ? 'is not a known key'
          : 'is not an allowed value';
    const { description } = (error.parentSchema ?? {}) as { description?: string };
    const allowed = key === undefined && description !== undefined ? { allowed: description } : {};
    // A union says last, and best, what all its branches complain of.
    problems.set(path, { path, message, ...allowed });
  }
  return [...problems.values()];
}
