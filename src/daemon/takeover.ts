/**
 * What an earlier supervisor left to this one: bots that live are found before any is started, and
 * what was under way goes on; ends that nobody saw are followed once this one begins.
 */
import type { RegistryRecord } from '../contract/fleet-api.ts';
import { say } from '../contract/sentences.ts';
import { toldReason } from '../contract/state-reason.ts';
import type { Logger } from '../platform/logger.ts';
import type { Registry } from '../registry/index.ts';
import type { FleetHistory } from './fleet-history.ts';
import type { Fleet } from './fleet.ts';
import { wasThere } from './bot-process.ts';
import { endProcess } from './instance-end.ts';
import { resumePanic } from './instance-panic.ts';
import { notEnded, resumeStop, stopTimeoutMs } from './instance-stop.ts';
import type { Instance } from './instance.ts';
import { isUnderWay, resumeSafely } from './safe-run.ts';
import { followUnseenEnd, noteUnseenEnd, startAgain } from './unseen-end.ts';
import type { UnseenEnd } from './unseen-end.ts';

export interface TakeoverParts {
  readonly registry: Registry;
  readonly history: FleetHistory;
  readonly log: Logger;
}

export class Takeover {
  readonly #parts: TakeoverParts;
  readonly #fleet: Fleet;
  /** Instances without a process, with the end that nobody saw. */
  readonly #down: { readonly instance: Instance; readonly end: UnseenEnd | null }[] = [];

  constructor(parts: TakeoverParts, fleet: Fleet) {
    this.#parts = parts;
    this.#fleet = fleet;
  }

  /** Finds what lives. Nobody is told of this supervisor before. */
  async find(): Promise<void> {
    await this.#parts.registry.repair();
    const { instances } = this.#parts.registry.read();
    await Promise.all(Object.entries(instances).map(([id, record]) => this.#restore(id, record)));
  }

  /** Starts what should run and was found down. */
  begin(): void {
    for (const { instance, end } of this.#down.splice(0)) {
      inBackground(instance.enqueue(() => followUnseenEnd(instance, end)), instance);
      inBackground(resumePanic(instance), instance);
    }
  }

  async #restore(id: string, record: RegistryRecord): Promise<void> {
    try {
      const instance = await this.#fleet.open(id, null);
      const { last_exit: last } = record;
      // A supervisor that was killed may have taken this one with it.
      const unknown = { generation: null, pid: null, adopted: false };
      if (last !== null) this.#parts.history.exit(id, { ...last, ...unknown });
      if (instance.adoptLiving(say('outlived'))) {
        if (isUnderWay(record.safe_run)) resumeSafely(instance);
        else if (record.panic !== null) inBackground(resumePanic(instance), instance);
        else if (record.desired === 'stopped') inBackground(resumeStop(instance), instance);
        else if (record.state === 'stopping') inBackground(resumeRestart(instance), instance);
        return;
      }
      // New books that a bot has had are not put aside once more.
      const anew = record.begins_anew;
      const had = anew !== null && wasThere(instance.logDir, anew);
      if (had) instance.writer.save({ begins_anew: null });
      this.#down.push({ instance, end: noteUnseenEnd(instance) });
    } catch (thrown) {
      this.#parts.log.error({ err: thrown }, `${id} could not be restored`);
    }
  }
}

/**
 * Ends what an earlier supervisor was ending and starts the next one, with the text that was taken:
 * nobody waits for an answer who could be told why an edited file is refused.
 */
async function resumeRestart(instance: Instance): Promise<void> {
  const { process } = instance;
  if (process === null) return;
  const reason = toldReason(instance.record);
  process.intent = 'restart';
  process.intentReason = reason;
  await instance.enqueue(async () => {
    if (!(await endProcess(instance, process, stopTimeoutMs(instance)))) {
      process.intent = null;
      throw notEnded(instance, process);
    }
    await startAgain(instance, reason);
  });
}

function inBackground(work: Promise<unknown>, instance: Instance): void {
  work.catch((error: unknown) => instance.log.error({ err: error }, 'could not be carried out'));
}
