/** A fleet for tests of the console: as many instances as wanted, and all that was asked of it. */
import type {
  Actor,
  AuditQuery,
  ConsoleService,
  FleetTopics,
  StartByIds,
} from '../../src/contract/console-api.ts';
import { GriddError } from '../../src/contract/errors.ts';
import type {
  FleetService,
  RegistryRecord,
  SupervisorInfo,
  VerbResult,
} from '../../src/contract/fleet-api.ts';
import { dayFigures } from '../../src/daemon/day-figures.ts';
import { fleetRow } from '../../src/daemon/fleet-row.ts';
import { recordOf } from '../cli/cli-harness.ts';
import { SampleService } from './sample-service.ts';

const INFO: SupervisorInfo = {
  pid: 1,
  home: '/h',
  version: '0.0.0',
  started_at: '2026-01-01T00:00:00.000Z',
  instances: 2,
  running: 2,
  memory_mb: 60,
  history: { lost: 0, set_aside: 0, fault: null },
};

export class SampleConsole implements ConsoleService {
  /** Verbs as they came, with who gave them. */
  readonly asked: { readonly verb: string; readonly with: unknown; readonly actor: Actor }[] = [];
  readonly audits: AuditQuery[] = [];
  /** The total of each instance, in the order of their ids. */
  totals: string[];
  /** How often topics were put together. */
  reads = 0;
  readonly #ids: readonly string[];
  readonly #listeners = new Set<() => void>();

  constructor(ids: readonly string[] = ['a', 'b']) {
    this.#ids = ids;
    this.totals = ids.map((_, index) => String(index + 1));
  }

  as(actor: Actor): FleetService {
    const results = (ids: readonly string[]): VerbResult[] =>
      ids.map((id) => ({ id, ok: true, message: 'done' }));
    const each = (verb: string) => (ids: readonly string[]) => {
      this.asked.push({ verb, with: ids, actor });
      return Promise.resolve(results(ids));
    };
    const refused = () => Promise.reject(new GriddError('INSTANCE_UNKNOWN', 'There is none.'));
    return {
      info: () => INFO,
      list: () => this.topics().rows,
      status: () => {
        throw new GriddError('INSTANCE_UNKNOWN', 'There is none.');
      },
      usage: (id) => ({ id, minutes: [] }),
      start: refused,
      stop: (request) => {
        this.asked.push({ verb: 'stop', with: request, actor });
        return Promise.resolve(results(request.ids));
      },
      panic: (ids) => each('panic')(ids ?? ['a', 'b']),
      restart: each('restart'),
      reload: each('reload'),
      pause: each('pause'),
      resume: each('resume'),
      adjust: refused,
      closeCarry: refused,
      acceptPosition: refused,
      cleanup: () => Promise.resolve([]),
      testAlerts: () => Promise.resolve([]),
      shutdown: () => Promise.resolve(),
    };
  }

  start(request: StartByIds, actor: Actor): Promise<readonly VerbResult[]> {
    this.asked.push({ verb: 'start', with: request, actor });
    return Promise.resolve(request.ids.map((id) => ({ id, ok: true, message: 'running' })));
  }

  topics(): FleetTopics {
    this.reads += 1;
    const rows = this.totals.map((total_pnl, index) => {
      const id = this.#ids[index] ?? '';
      const status = { ...new SampleService().status(), total_pnl };
      const rest = { alive: true, external: false, usage: null, url: null, since_boot: 0 };
      const record = recordOf(id) as RegistryRecord;
      const parts = { id, record, loaded: null, status, next_start_at: null, file_note: null, ...rest };
      return fleetRow(parts, dayFigures(status, [], 0), { account: null, next_mode: null });
    });
    return {
      rows,
      unstarted: [],
      accounts: [],
      supervisor: INFO,
      marks: { configs: 0, audit: 0, exits: 0, log: 0 },
    };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The total of an instance moves. */
  earn(index: number, total: string): void {
    this.totals[index] = total;
    this.tell();
  }

  /** Something has moved. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  get watchers(): number {
    return this.#listeners.size;
  }

  audit(query: AuditQuery): [] {
    this.audits.push(query);
    return [];
  }

  exits(): [] {
    return [];
  }

  doctor() {
    return Promise.resolve([
      { level: 'ok' as const, subject: 'node', text: 'fine', hint: null },
    ]);
  }
}
