import type { RegistryFile } from '../contract/fleet-api.ts';
import type { Home } from '../platform/paths.ts';
export interface Leftover {
  readonly id: string;
  readonly file: string;
  readonly what: string;
}
export function findLeftovers(home: Home, registry: RegistryFile): Leftover[] {
  throw new Error(home.folder + registry.version);
}
