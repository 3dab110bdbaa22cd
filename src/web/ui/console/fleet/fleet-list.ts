/** What every way to show the fleet is handed. */
import type { FleetRow } from '../../../../contract/console-api.ts';

/** What table and cards share. */
export interface FleetListProps {
  readonly rows: readonly FleetRow[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (id: string, on: boolean) => void;
  readonly onWarnings: (row: FleetRow) => void;
}
