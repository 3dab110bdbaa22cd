/** A home of its own for a test, with valid configs to begin from. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { homeAt } from '../../src/platform/paths.ts';
import type { Home } from '../../src/platform/paths.ts';

/** A fresh home folder, removed when the test ends. */
export function tempHome(): Home {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gridd-registry-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = homeAt(folder);
  mkdirSync(home.active, { recursive: true });
  return home;
}

export interface Parts {
  metadata: Record<string, unknown>;
  daemon_config: Record<string, unknown>;
  exchange_config: Record<string, unknown>;
  strategy_config: Record<string, unknown>;
}

/** The smallest valid config, in four parts. */
export function smallConfig(): Parts {
  return {
    metadata: { symbol: 'SOL_USDC_PERP' },
    daemon_config: {},
    exchange_config: {},
    strategy_config: {
      grid_lower_price: 140,
      grid_upper_price: 160,
      grid_num: 20,
      order_quantity: 0.5,
    },
  };
}

/** Writes text, or a value as JSON, to a path of the home; returns the absolute path. */
export function put(home: Home, path: string, content: unknown): string {
  const file = join(home.folder, path);
  mkdirSync(dirname(file), { recursive: true });
  const raw = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(file, raw ? content : JSON.stringify(content, null, 2));
  return file;
}

/** The refusal that `act` throws; fails when it throws something else or nothing. */
export function refusal(act: () => unknown): GriddError {
  try {
    act();
  } catch (error) {
    if (error instanceof GriddError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** "path: message" of every problem, in order. */
export function problemLines(error: GriddError): string[] {
  return error.problems.map(({ path, message }) => `${path}: ${message}`);
}
