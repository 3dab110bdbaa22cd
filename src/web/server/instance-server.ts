/**
 * The page and HTTP API of one instance, on a port of its own. It shows and obeys what it is handed
 * and knows nothing of bot or supervisor.
 */
import type { FastifyInstance } from 'fastify';
import type { InstanceService } from '../../contract/instance-api.ts';
import { addReadRoutes, addWriteRoutes, topicsOf } from './instance-routes.ts';
import { addLogRoutes } from './log-routes.ts';
import { servePage } from './page-server.ts';
import type { PageServer, PageServerOptions } from './page-server.ts';
import { addRecordRoutes } from './record-routes.ts';

export interface InstanceServerOptions extends PageServerOptions {
  /** null: the first free one from 5001; 0: any. */
  readonly port: number | null;
  readonly avoidPorts: readonly number[];
  readonly strictPort: boolean;
  /** Its log folder; absent: it shows no log. */
  readonly logDir?: string;
}

/** Serves `service`; rejects with PORT_TAKEN or BIND_REFUSED. */
export function serveInstance(
  service: InstanceService,
  options: InstanceServerOptions,
): Promise<PageServer> {
  const { port, avoidPorts, strictPort, logDir } = options;
  const surface = {
    name: 'instance' as const,
    topics: {
      read: () => topicsOf(service),
      subscribe: (listener: () => void) => service.subscribe(listener),
    },
    port: { port, avoidPorts, strictPort },
    addRoutes(app: FastifyInstance) {
      addReadRoutes(app, service);
      addRecordRoutes(app, service);
      if (logDir !== undefined) {
        addLogRoutes(app, { folders: () => [{ id: service.id, dir: logDir }] });
      }
      addWriteRoutes(app, service);
    },
  };
  return servePage(surface, options);
}
