/**
 * The supervisor's console: opened once, where `config/console.json` says. A supervisor never fails
 * because of it: without a port, or with a faulty file, there is none, and why is kept to be shown.
 */
import type { ConfigService, ConsoleService } from '../contract/console-api.ts';
import type { ConsoleFacts, Endpoint, RegistryFile } from '../contract/fleet-api.ts';
import { errorBody } from '../contract/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Home } from '../platform/paths.ts';
import { claimedPorts, followWebToken, readConsoleConfig } from '../registry/index.ts';
import { addConfigRoutes } from '../web/server/config-routes.ts';
import { serveConsole } from '../web/server/console-server.ts';
import type { PageServer } from '../web/server/page-server.ts';
import { addLogRoutes } from '../web/server/log-routes.ts';
import type { LogFolders } from '../web/server/log-routes.ts';
import { loadAssets } from '../web/server/page-assets.ts';

export interface ConsoleParts {
  readonly home: Home;
  /** dist/web/ui. */
  readonly assets: string;
  readonly log: Logger;
  records(): RegistryFile['instances'];
  readonly logs: LogFolders;
  /** Some instance moves real money. */
  isLive(): boolean;
}

/** Where it is; nowhere before it is opened. */
export class FleetConsole {
  readonly #parts: ConsoleParts;
  #server: PageServer | null = null;
  #note: string | null = null;
  #failed = false;

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
  }

  get facts(): ConsoleFacts {
    return { url: this.#server?.url ?? null, note: this.#note };
  }

  /** What endpoint.json says of it. */
  get published(): Pick<Endpoint, 'console' | 'console_fault'> {
    if (this.#server !== null) return { console: this.#server.url };
    return this.#failed && this.#note !== null ? { console_fault: this.#note } : {};
  }

  /** Takes a port and serves; never rejects. */
  async open(service: ConsoleService, configs: ConfigService): Promise<void> {
    const { home, log } = this.#parts;
    try {
      const config = readConsoleConfig(home);
      if (!config.enabled) {
        this.#note = 'config/console.json switches it off';
        return;
      }
      this.#server = await serveConsole(service, {
        home: home.folder,
        host: config.host,
        port: config.port ?? null,
        avoidPorts: this.#portsOfOthers(),
        allowedHosts: config.allowed_hosts,
        token: followWebToken(home),
        live: () => this.#parts.isLive(),
        more: [
          (app) => addLogRoutes(app, this.#parts.logs),
          (app, actorOf) => addConfigRoutes(app, configs, actorOf),
        ],
        assets: loadAssets(this.#parts.assets, 'console'),
        log: (error) => log.error({ err: error }, 'the console failed'),
      });
      this.#note = this.#server.warning;
      log.info(`the console is at ${this.#server.url}`);
    } catch (thrown) {
      this.#failed = true;
      this.#note = errorBody(thrown).message;
      log.error({ err: thrown }, 'there is no console');
    }
    if (this.#server !== null && this.#note !== null) log.warn(this.#note);
  }

  /** Ends its streams and connections. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** What configs claim, and what instances were given that claim none. */
  #portsOfOthers(): number[] {
    const given = Object.values(this.#parts.records()).flatMap(({ web_port }) => web_port ?? []);
    return [...claimedPorts(this.#parts.home, null), ...given];
  }
}
