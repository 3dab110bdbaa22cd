/**
 * The two sockets of a home and the file that says where they are. endpoint.json appears only when
 * both listen; a socket or file that somebody removed is made again.
 */
import { existsSync, rmSync } from 'node:fs';
import type { Endpoint } from '../contract/fleet-api.ts';
import { readJson, writeJson } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';

/** A socket that can be listened on again. */
export interface Reopenable {
  reopen(): Promise<void>;
}

/** Keeps sockets and endpoint.json in place. */
export class Sockets {
  readonly #home: Home;
  readonly #endpoint: Endpoint;
  readonly #control: Reopenable;
  readonly #bots: Reopenable;
  readonly #notice: (sentence: string) => void;
  #busy = false;
  #closed = false;

  constructor(
    home: Home,
    endpoint: Endpoint,
    sockets: { control: Reopenable; bots: Reopenable },
    notice: (sentence: string) => void,
  ) {
    this.#home = home;
    this.#endpoint = endpoint;
    this.#control = sockets.control;
    this.#bots = sockets.bots;
    this.#notice = notice;
  }

  /** Says where the sockets are. */
  publish(): void {
    writeJson(this.#home.endpoint, this.#endpoint, 0o600);
  }

  /** Makes again what is missing. Never rejects: the next look tries again. */
  async look(): Promise<void> {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    try {
      await this.#mend(this.#endpoint.control_socket, this.#control);
      await this.#mend(this.#endpoint.bot_socket, this.#bots);
      if (!this.#closed && !this.#isPublished()) {
        this.#notice(`${this.#home.endpoint} was gone or changed; written again`);
        this.publish();
      }
    } catch (error) {
      this.#notice(`a socket could not be made again: ${String(error)}`);
    } finally {
      this.#busy = false;
    }
  }

  /** Takes the file away, so that nobody looks for us; not one that another supervisor wrote. */
  close(): void {
    this.#closed = true;
    if (this.#isPublished()) rmSync(this.#home.endpoint, { force: true });
  }

  async #mend(path: string, socket: Reopenable): Promise<void> {
    if (this.#closed || existsSync(path)) return;
    this.#notice(`${path} was gone; made again`);
    await socket.reopen();
  }

  #isPublished(): boolean {
    return JSON.stringify(readJson(this.#home.endpoint)) === JSON.stringify(this.#endpoint);
  }
}
