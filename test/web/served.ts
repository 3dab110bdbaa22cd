/** Serves a sample instance with the real page for a test, on a port of the kernel's choosing. */
import { join, resolve } from 'node:path';
import { serveInstance } from '../../src/web/server/instance-server.ts';
import type { InstanceServerOptions } from '../../src/web/server/instance-server.ts';
import { loadAssets } from '../../src/web/server/page-assets.ts';
import type { PageAssets } from '../../src/web/server/page-assets.ts';
import type { PageServer } from '../../src/web/server/page-server.ts';
import { SampleService } from './sample-service.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
/** The folder of the page's sources. */
export const UI_FOLDER = join(ROOT, 'src', 'web', 'ui');

/** A page as the last build made it: `npm test` builds first. */
export function builtAssets(page: 'instance' | 'console'): PageAssets {
  return loadAssets(join(ROOT, 'dist', 'web', 'ui'), page);
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
