/** The module that stands for src/registry/config-faults.ts in a build, as JavaScript. */
export function readyConfigFaults(): Promise<string>;
