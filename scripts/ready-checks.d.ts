/** The module that stands for src/registry/schema-checks.ts in a build, as JavaScript. */
export function readyChecks(): Promise<string>;
