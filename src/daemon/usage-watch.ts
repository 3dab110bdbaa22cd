/** A look at what every instance uses, processes that its own one started included. */
import { ProcessTrees } from '../platform/process-tree.ts';
import { processMarkOf } from './bot-process.ts';
import type { FleetParts } from './fleet.ts';
import type { Instance } from './instance.ts';
import { noteUsage } from './instance-watch.ts';
import { UsageSampler } from './usage.ts';

/** Calls of `look` for one sample. */
const SAMPLE_EVERY = 3;

export class UsageWatch {
  readonly #parts: Omit<FleetParts, 'judgeReload'>;
  readonly #trees = new ProcessTrees();
  readonly #sampler: UsageSampler;
  #looks = 0;
  #sampling = false;

  constructor(parts: Omit<FleetParts, 'judgeReload'>) {
    this.#parts = parts;
    this.#sampler = new UsageSampler(parts.clock);
  }

  /** Called once a second. One sample at a time, however long it takes. */
  look(all: readonly Instance[]): void {
    this.#looks += 1;
    if (this.#sampling || this.#looks % SAMPLE_EVERY !== 0) return;
    this.#sampling = true;
    void this.#sample(all).finally(() => {
      this.#sampling = false;
    });
  }

  async #sample(all: readonly Instance[]): Promise<void> {
    const { hash, log } = this.#parts;
    const roots = all.flatMap(({ id, process }) => {
      if (process === null) return [];
      return { pid: process.identity.pid, mark: processMarkOf(hash, id, process.generation) };
    });
    try {
      const usage = await this.#sampler.sample(this.#trees.members(roots));
      for (const instance of all) {
        const { process } = instance;
        const found = process === null ? undefined : usage.get(process.identity.pid);
        if (process !== null && found !== undefined) noteUsage(instance, process, found);
      }
    } catch (error) {
      log.error({ err: error }, 'a look at usage failed');
    }
  }
}
