/**
 * The fleet console: the supervisor's page and its HTTP API on a port, with the routes of the
 * control API and what the console shows beside them. It shows and obeys what it is handed.
 */
import type { FastifyInstance } from 'fastify';
import { CONSOLE_PORT } from '../../contract/console-config.ts';
import type { ConsoleService } from '../../contract/console-api.ts';
import { whoAsks } from './access.ts';
import { addConsoleRoutes } from './console-routes.ts';
import type { ActorOf } from './console-routes.ts';
import { addFleetRoutes, nameHome } from './fleet-routes.ts';
import { servePage } from './page-server.ts';
import type { PageServer, PageServerOptions } from './page-server.ts';

/** Between two events of a fleet: its bots beat every two seconds. */
const GAP_MS = 250;

export interface ConsoleServerOptions extends PageServerOptions {
  /** The home answered for. */
  readonly home: string;
  /** null: 5000, else the next one that is free and not to be avoided; 0: any. */
  readonly port: number | null;
  readonly avoidPorts: readonly number[];
  /** Further routes; they are told who acts. */
  readonly more?: readonly ((app: FastifyInstance, actorOf: ActorOf) => void)[];
}

/** Serves `service`; rejects with PORT_TAKEN or BIND_REFUSED. */
export function serveConsole(
  service: ConsoleService,
  options: ConsoleServerOptions,
): Promise<PageServer> {
  const actorOf: ActorOf = (request) => ({
    who: whoAsks(request),
    from: `console ${request.ip}`,
  });
  const surface = {
    name: 'console' as const,
    topics: {
      read: () => ({ ...service.topics() }),
      subscribe: (listener: () => void) => service.subscribe(listener),
    },
    port: wishOf(options),
    // What is refused names the home too.
    begin: (app: FastifyInstance) => nameHome(app, options.home),
    addRoutes(app: FastifyInstance) {
      addFleetRoutes(app, (request) => service.as(actorOf(request)));
      addConsoleRoutes(app, service, actorOf);
      for (const add of options.more ?? []) add(app, actorOf);
    },
  };
  return servePage(surface, { ...options, limits: { gapMs: GAP_MS, ...options.limits } });
}

/** A port that nobody chose gives way to an instance that did; one that was chosen is tried. */
function wishOf({ port, avoidPorts }: ConsoleServerOptions) {
  const claimed = port === null && avoidPorts.includes(CONSOLE_PORT);
  const wanted = claimed ? null : (port ?? CONSOLE_PORT);
  return { port: wanted, avoidPorts, strictPort: false, firstPort: CONSOLE_PORT };
}
