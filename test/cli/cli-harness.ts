/** Homes in temporary folders, and the CLI run in-process on a terminal that keeps what was said. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import type { Session, Terminal } from '../../src/cli/context.ts';
import { runCli } from '../../src/cli/program.ts';
import type { KindLoaders } from '../../src/exchange/venues.ts';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that goes away after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gridd-cli-')));
  folders.push(folder);
  return folder;
}

/** A home with these files (path in the home -> text or value). */
export function makeHome(files: Readonly<Record<string, unknown>> = {}): Home {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'config', 'active'), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return homeAt(folder);
}

/** A valid config; `more` overrides keys of the parts. */
export function configOf(id: string, port: number, more: Record<string, object> = {}) {
  return {
    metadata: { instance_id: id, symbol: 'SOL_USDC_PERP', ...more['metadata'] },
    daemon_config: { web_port: port, ...more['daemon_config'] },
    exchange_config: { ...more['exchange_config'] },
    strategy_config: {
      grid_lower_price: 140,
      grid_upper_price: 160,
      grid_num: 20,
      order_quantity: 0.5,
      ...more['strategy_config'],
    },
  };
}

/** A record of logs/instances.json for an instance that is stopped. */
export function recordOf(id: string, more: Record<string, unknown> = {}) {
  return {
    config_file: `config/active/${id}.json`,
    instance_id_override: false,
    registered_at: '2026-01-02T03:04:05.000Z',
    pid: null,
    start_time: null,
    boot_id: null,
    generation: 1,
    log_dir: `logs/${id}`,
    db_path: `database/${id}.db`,
    web_port: 5001,
    desired: 'stopped',
    state: 'stopped',
    state_reason: 'asked to',
    started_at: null,
    restarts: 0,
    restart_times: [],
    restart_boot_id: null,
    restart_at: null,
    safe_run: null,
    panic: null,
    stop_wish: null,
    begins_anew: null,
    last_exit: null,
    last_error: null,
    ran_program: false,
    live_start: null,
    config_taken: null,
    ...more,
  };
}

/** logs/instances.json with these records. */
export function registryOf(records: Readonly<Record<string, object>>) {
  return { version: 2, instances: records };
}

/** What a run of the CLI said and how it ended. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the CLI in this process in `home`. */
export async function gridd(
  home: Home,
  args: readonly string[],
  more: {
    terminal?: Partial<Terminal>;
    environment?: NodeJS.ProcessEnv;
    cwd?: string;
    kinds?: KindLoaders;
  } = {},
): Promise<Ran> {
  const said = { out: '', err: '' };
  const session: Session = {
    terminal: {
      out: (text) => void (said.out += text),
      draw: (picture) => void (said.out += picture),
      err: (text) => void (said.err += text),
      columns: 80,
      rows: 24,
      redraws: false,
      colours: false,
      interactive: false,
      ask: () => Promise.reject(new Error('nobody is asked')),
      onInterrupt: () => () => undefined,
      ...more.terminal,
    },
    cwd: more.cwd ?? home.folder,
    environment: more.environment ?? {},
    becomeSupervisor: () => Promise.reject(new Error('no supervisor in tests')),
    ...(more.kinds === undefined ? {} : { kinds: more.kinds }),
  };
  const exit = await runCli(['--home', home.folder, ...args], session);
  return { exit, ...said };
}
