import type { RegistryFile, RegistryRecord } from '../contract/fleet-api.ts';
import type { Home } from '../platform/paths.ts';
export type RecordChange = (record: RegistryRecord | null) => RegistryRecord | null;
export interface RegistryOptions {
  readonly onNotice?: (sentence: string) => void;
}
export interface Registry {
  read(): RegistryFile;
  update(id: string, change: RecordChange): Promise<RegistryRecord | null>;
  repair(): Promise<boolean>;
  readonly notices: readonly string[];
}
export function openRegistry(home: Home, options: RegistryOptions = {}): Registry {
  throw new Error(home.folder + String(options));
}
