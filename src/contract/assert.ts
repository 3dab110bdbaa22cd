/**
 * Assertions for our own mistakes. A failed assertion is a bug in gridd: it is thrown, the bot
 * ends, the supervisor restarts it and reconcile repairs. User mistakes are `GriddError`s, never
 * assertions.
 */

/** A broken invariant: our bug, never the user's. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws `InvariantError` with `what` unless `condition` holds. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new InvariantError(what);
}

/** Marks a case the types rule out; reached only by a value that lies about its type. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected case: ${String(value)}`);
}
