/** The columns of the fleet table: two figures each, one above the other, each sorted by itself. */
import type { ReactNode } from 'react';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { instanceHref } from '../address.ts';
import { Count, Money, Rate, Size } from './figures.tsx';
import { RangeBar } from './range-bar.tsx';
import type { SortKey } from './row-order.ts';
import { Sparkline } from './sparkline.tsx';
import { RowMode, StateMark } from './state-mark.tsx';
import { StateReason } from './state-reason.tsx';
import { VenueAndDirection } from './venue-and-direction.tsx';
import type { ConsoleT } from '../console-words.ts';

export interface FleetColumn {
  readonly key: string;
  /** What its heads sort by: the upper figure, then the lower. */
  readonly sorts: readonly SortKey[];
  readonly numeric: boolean;
  readonly cell: (row: FleetRow, t: ConsoleT) => ReactNode;
}

/** Columns in the order of the table, after the box and before warnings and menu. */
export const FLEET_COLUMNS: readonly FleetColumn[] = [
  {
    key: 'instance',
    sorts: ['id', 'mode'],
    numeric: false,
    cell: (row) => two(<InstanceLink row={row} />, <NameAndMode row={row} />),
  },
  {
    key: 'state',
    sorts: ['state', 'uptime_s'],
    numeric: false,
    cell: (row, t) => two(<StateMark row={row} />, <StateReason row={row} t={t} />),
  },
  {
    key: 'market',
    sorts: ['symbol', 'venue'],
    numeric: false,
    cell: (row) =>
      two(
        row.symbol ?? '–',
        <Quiet>
          <VenueAndDirection row={row} />
        </Quiet>,
      ),
  },
  { key: 'range', sorts: ['range'], numeric: false, cell: (row) => <RangeBar row={row} /> },
  {
    key: 'position',
    sorts: ['position', 'direction'],
    numeric: true,
    cell: (row) =>
      two(<Size text={row.position} base={row.base} />, <Quiet>{row.base ?? ''}</Quiet>),
  },
  {
    key: 'grid_profit',
    sorts: ['grid_profit', 'grid_profit_24h'],
    numeric: true,
    cell: (row) =>
      two(
        <Money text={row.grid_profit} unit={row.quote ?? ''} />,
        <Money text={row.grid_profit_24h} unit={row.quote ?? ''} />,
      ),
  },
  {
    key: 'total',
    sorts: ['total_pnl', 'total_24h'],
    numeric: true,
    cell: (row) =>
      two(
        <Money text={row.total_pnl} unit={row.quote ?? ''} />,
        <Money text={row.total_24h} unit={row.quote ?? ''} />,
      ),
  },
  { key: 'day', sorts: [], numeric: false, cell: (row) => <Sparkline values={row.sparkline} /> },
  {
    key: 'apr',
    sorts: ['apr_grid', 'apr_total'],
    numeric: true,
    cell: (row) => two(<Rate text={row.apr_grid} />, <Rate text={row.apr_total} />),
  },
  {
    key: 'cycles',
    sorts: ['cycles', 'cycles_24h'],
    numeric: true,
    cell: (row) =>
      two(
        <Count value={row.cycles} />,
        <Quiet>
          <Count value={row.cycles_24h} />
        </Quiet>,
      ),
  },
  {
    key: 'orders',
    sorts: ['open_orders', 'restarts'],
    numeric: true,
    cell: (row) => two(<OrdersOfN row={row} />, <Restarts row={row} />),
  },
  {
    key: 'machine',
    sorts: ['cpu_percent', 'memory_mb'],
    numeric: true,
    cell: (row) => two(<Cpu row={row} />, <Memory row={row} />),
  },
];

/** The link to its page; plain text while it has none. */
export function InstanceLink({ row }: { readonly row: FleetRow }) {
  const href = row.url === null || row.web_port === null ? null : instanceHref(row.web_port);
  if (href === null) return <span className="instance-id">{row.id}</span>;
  return (
    <a className="instance-id" href={href} title={row.name} target={`gridd-${row.id}`}>
      {row.id}
    </a>
  );
}

function NameAndMode({ row }: { readonly row: FleetRow }) {
  return (
    <>
      <RowMode row={row} /> <Quiet>{row.name}</Quiet>
    </>
  );
}

/** "20/20"; fewer than its grids are marked. */
export function OrdersOfN({ row }: { readonly row: FleetRow }) {
  const { open_orders: orders, grids } = row;
  if (orders === null) return <span className="quiet">–</span>;
  const short = grids !== null && orders < grids && row.grid_state === 'running';
  return (
    <span className={short ? 'attention' : ''}>
      {orders}
      <span className="quiet">/{grids ?? '–'}</span>
    </span>
  );
}

export function Restarts({ row }: { readonly row: FleetRow }) {
  return <span className={row.restarts > 0 ? 'attention' : 'quiet'}>↻ {row.restarts}</span>;
}

export function Cpu({ row }: { readonly row: FleetRow }) {
  if (row.cpu_percent === null) return <span className="quiet">–</span>;
  return <>{row.cpu_percent.toFixed(1)} %</>;
}

export function Memory({ row }: { readonly row: FleetRow }) {
  if (row.memory_mb === null) return <span className="quiet">–</span>;
  return <Quiet>{Math.round(row.memory_mb)} MiB</Quiet>;
}

function Quiet({ children }: { readonly children: ReactNode }) {
  return <span className="quiet">{children}</span>;
}

function two(upper: ReactNode, lower: ReactNode): ReactNode {
  return (
    <>
      <div className="cell-line">{upper}</div>
      <div className="cell-line lower">{lower}</div>
    </>
  );
}
