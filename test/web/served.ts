/** Serves a sample instance with the real page for a test, on a port of the kernel's choosing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPages } from '../../scripts/build-pages.js';
import { serveInstance } from '../../src/web/server/instance-server.ts';
import type { InstanceServerOptions } from '../../src/web/server/instance-server.ts';
import { loadAssets } from '../../src/web/server/page-assets.ts';
import type { PageAssets } from '../../src/web/server/page-assets.ts';
import type { PageServer } from '../../src/web/server/page-server.ts';
import { SampleService } from './sample-service.ts';

/** The folder of the page's sources. */
export const UI_FOLDER = fileURLToPath(new URL('../../src/web/ui/', import.meta.url));

type BuiltPages = Readonly<Record<'instance' | 'console', PageAssets>>;
let built: Promise<BuiltPages> | undefined;

/** A page as the build makes it; the folder it was read from is gone when this resolves. */
export async function builtAssets(page: 'instance' | 'console'): Promise<PageAssets> {
  built ??= buildBoth();
  return (await built)[page];
}

async function buildBoth(): Promise<BuiltPages> {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-ui-'));
  try {
    await buildPages(folder);
    return { instance: loadAssets(folder, 'instance'), console: loadAssets(folder, 'console') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Served {
  readonly service: SampleService;
  readonly server: PageServer;
  readonly port: number;
  /** Failures that the server took for our own bugs. */
  readonly bugs: unknown[];
}

/** A sample instance on 127.0.0.1; `more` replaces options. */
export async function serveSample(more: Partial<InstanceServerOptions> = {}): Promise<Served> {
  const service = new SampleService();
  const bugs: unknown[] = [];
  const server = await serveInstance(service, {
    host: '127.0.0.1',
    port: 0,
    avoidPorts: [],
    strictPort: false,
    assets: { html: '', files: new Map() },
    log: (error) => bugs.push(error),
    ...more,
  });
  return { service, server, port: server.port, bugs };
}
