/** A row of the fleet for tests. */
import type { FleetRow } from '../../src/contract/console-api.ts';

const ROW: FleetRow = {
  ...{ next_mode: 'paper', id: 'bp_sol_01', name: 'SOL', state: 'running', desired: 'running' },
  grid_state: 'running',
  ...{ state_reason: '', state_said: null, pid: 1, web_port: 5001, url: 'http://127.0.0.1:5001' },
  ...{ venue: 'paper', mode: 'paper', symbol: 'SOL_USDC_PERP', base: 'SOL', quote: 'USDC' },
  ...{ direction: 'neutral', price: '150', lower: '140', upper: '160', grids: 20 },
  ...{ position: '-1.5', open_orders: 20, cycles: 3, cycles_24h: 1, restarts: 0 },
  ...{ grid_profit: '1', total_pnl: '2', grid_profit_24h: '0.5', total_24h: '0.25' },
  ...{ apr_grid: null, apr_total: null, cpu_percent: 1, memory_mb: 60, uptime_s: 10 },
  ...{ started_at: null, config_file: 'config/active/bp_sol_01.json', log_dir: 'logs/bp_sol_01' },
  ...{ last_error: null, last_error_code: null, warnings: [], account: 'paper bp_sol_01', sparkline: [] },
};

/** A running paper grid, with `more`. */
export function sampleRow(more: Partial<FleetRow> = {}): FleetRow {
  return { ...ROW, ...more };
}
