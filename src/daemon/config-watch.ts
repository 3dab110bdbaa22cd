/**
 * Reloads running instances with `watch: true` when their file has changed and come to rest. The
 * kernel's hints make it quick; the stamps, compared each second, make it sure.
 */
import type { Cancel, Clock } from '../platform/clock.ts';
import { fileStamp, watchFolder } from '../platform/folder-watch.ts';
import type { Logger } from '../platform/logger.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import type { Instance } from './instance.ts';
import { reloadEdited } from './instance-reload.ts';

/** A file that was not written for so long is whole, or wrong. */
const REST_MS = 500;

export interface WatchParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly log: Logger;
  readonly instances: () => readonly Instance[];
}

interface Seen {
  /** As of the last look; undefined: to be reloaded whatever it is. */
  stamp: string | null | undefined;
  timer: Cancel | null;
}

export class ConfigWatch {
  readonly #parts: WatchParts;
  readonly #seen = new Map<string, Seen>();
  #endHints: (() => void) | null = null;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Compares the stamp of every watched file; one that is new or changed is reloaded at rest. */
  look(): void {
    const watched = this.#parts.instances().filter((one) => isWatched(one));
    const ids = new Set(watched.map(({ id }) => id));
    for (const [id, { timer }] of this.#seen) {
      if (ids.has(id)) continue;
      timer?.();
      this.#seen.delete(id);
    }
    if (watched.length > 0) this.#takeHints();
    for (const instance of watched) this.#compare(instance);
  }

  close(): void {
    this.#endHints?.();
    this.#endHints = () => undefined;
    for (const { timer } of this.#seen.values()) timer?.();
    this.#seen.clear();
  }

  #takeHints(): void {
    if (this.#endHints !== null) return;
    const { home, log } = this.#parts;
    this.#endHints = watchFolder(
      home.active,
      () => this.look(),
      (error) => log.warn({ err: error }, `${home.active} gives no hints; it is looked at instead`),
    );
  }

  /** At first sight too: an edit may have come while nobody looked. */
  #compare(instance: Instance): void {
    const seen = this.#seen.get(instance.id) ?? { stamp: undefined, timer: null };
    this.#seen.set(instance.id, seen);
    const stamp = fileStamp(fileOf(instance));
    if (stamp === seen.stamp) return;
    seen.stamp = stamp;
    seen.timer?.();
    seen.timer = this.#parts.clock.after(REST_MS, () => this.#atRest(instance, seen), 'idle');
  }

  #atRest(instance: Instance, seen: Seen): void {
    seen.timer = null;
    if (fileStamp(fileOf(instance)) !== seen.stamp) {
      this.#compare(instance);
      return;
    }
    reloadEdited(instance).then(
      (tried) => {
        if (!tried) seen.stamp = undefined;
      },
      (error: unknown) => instance.log.error({ err: error }, 'a reload failed in gridd itself'),
    );
  }
}

function isWatched({ process, loaded }: Instance): boolean {
  return process?.ready === true && loaded?.config.daemon_config.watch === true;
}

function fileOf({ around, record }: Instance): string {
  return fromHome(around.home, record.config_file);
}
