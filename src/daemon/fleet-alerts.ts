/**
 * The alerts of the fleet: looks at all instances, decides what is due, and sends it; none of it in
 * the way of trading. What was told and what still waits is on disk before it is sent, so that the
 * next supervisor repeats nothing and loses nothing.
 */
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { ALERT_RECEIVERS } from '../contract/alerts.ts';
import type { AlertEvent, AlertReceiver, AlertTestResult } from '../contract/alerts.ts';
import { GriddError, errorBody } from '../contract/errors.ts';
import type { StatusView } from '../contract/instance-api.ts';
import { isoTime } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import { readJson, writeJson } from '../platform/json-file.ts';
import type { Logger } from '../platform/logger.ts';
import type { Home } from '../platform/paths.ts';
import { readAlertConfig, readEnvFile } from '../registry/index.ts';
import type { LoadedAlerts } from '../registry/index.ts';
import { deliver, receiversOf } from './alert-delivery.ts';
import type { Delivery } from './alert-delivery.ts';
import { NOTHING_TOLD, decideAlerts } from './alert-policy.ts';
import type { AlertFacts, AlertMemory } from './alert-policy.ts';
import { AlertQueue } from './alert-queue.ts';
import type { Instance } from './instance.ts';
import { processEnvironment } from './process-environment.ts';

/** What the alerts work with. */
export interface AlertParts {
  readonly home: Home;
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  fleet(): readonly AlertFacts[];
  /** The most that one try takes; left out: `TRY_MS`. */
  readonly tryMs?: number;
}

interface Stored {
  readonly memory: AlertMemory;
  readonly waiting: Readonly<Partial<Record<AlertReceiver, readonly AlertEvent[]>>>;
}

export class FleetAlerts {
  readonly #parts: AlertParts;
  readonly #queues = new Map<AlertReceiver, AlertQueue>();
  #memory: AlertMemory = NOTHING_TOLD;
  /** The config in force; null: none, nothing is looked at. */
  #loaded: LoadedAlerts | null = null;
  #readOf = '';
  #stored = '';
  #fault: string | null = null;
  #closed = false;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    const stored = readStored(parts.home.alertState);
    this.#memory = stored.memory;
    for (const receiver of ALERT_RECEIVERS) {
      const queue = new AlertQueue(
        {
          clock: parts.clock,
          send: (event) => this.#send(receiver, event),
          tell: (level, sentence) => parts.log[level](`${receiver}: ${sentence}`),
          changed: () => this.#store(),
        },
        stored.waiting[receiver] ?? [],
      );
      this.#queues.set(receiver, queue);
    }
  }

  /** The regular look. Never throws. */
  look(): void {
    if (this.#closed) return;
    try {
      this.#readConfig();
      if (this.#loaded === null) return;
      const { fleet, clock } = this.#parts;
      const now = clock.now();
      const facts = fleet();
      const { memory, due } = decideAlerts(this.#memory, facts, this.#loaded.config, now);
      this.#memory = memory;
      const events = due.map((alert): AlertEvent => {
        const status = facts.find(({ id }) => id === alert.instance)?.status ?? null;
        return { ...this.#event(alert.event, alert.text), ...alert, ...figuresOf(status) };
      });
      const receivers = receiversOf(this.#loaded.config);
      if (events.length > 0) {
        for (const receiver of receivers) this.#queues.get(receiver)?.add(events);
      }
      // Before it is sent: a supervisor that ends now would tell it twice. A full disk is no reason
      // to be silent about it, though.
      this.#store();
      for (const receiver of receivers) this.#queues.get(receiver)?.go();
    } catch (error) {
      this.#say(`alerts could not be looked after: ${errorBody(error).message}`);
    }
  }

  /** Sends one to each receiver now, and says what came back. Throws what reading throws. */
  async test(): Promise<AlertTestResult[]> {
    const loaded = readAlertConfig(this.#parts.home, this.#variables());
    const receivers = receiversOf(loaded.config);
    if (receivers.length === 0) {
      const message = `${this.#parts.home.alerts} names no receiver.`;
      const hint = 'Give it webhook, telegram or alert_command; docs/alerts.md has examples.';
      throw new GriddError('CONFIG_INVALID', message, { hint });
    }
    const event = this.#event('test', 'This is a test: alerts arrive here.');
    return Promise.all(
      receivers.map(async (receiver) => {
        const { ok, what } = await this.#deliver(receiver, event, loaded);
        return { receiver, ok, what };
      }),
    );
  }

  close(): void {
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.close();
  }

  #event(event: AlertEvent['event'], text: string): AlertEvent {
    const { home, clock } = this.#parts;
    const at = isoTime(clock.now());
    const none = { recovered: false, instance: null };
    return { id: randomUUID(), event, ...none, at, text, home: home.folder };
  }

  #send(receiver: AlertReceiver, event: AlertEvent): Promise<Delivery> {
    if (this.#loaded === null) {
      const what = 'alerts are not configured any more';
      return Promise.resolve({ ok: false, again: false, after_ms: 0, what });
    }
    return this.#deliver(receiver, event, this.#loaded);
  }

  #deliver(receiver: AlertReceiver, event: AlertEvent, loaded: LoadedAlerts): Promise<Delivery> {
    return deliver(receiver, event, loaded, this.#ownEnvironment(), this.#parts.tryMs);
  }

  #variables(): Record<string, string | undefined> {
    return { ...this.#parts.environment, ...readEnvFile(this.#parts.home) };
  }

  #ownEnvironment(): Record<string, string> {
    const given = { GRIDD_HOME: this.#parts.home.folder };
    const { environment: own } = this.#parts;
    return processEnvironment({ own, file: {}, named: [], configured: {}, given });
  }

  /** Takes a file that has changed; a faulty one leaves the last good one in force. */
  #readConfig(): void {
    const { home, log } = this.#parts;
    const present = [home.alerts, home.env].map(stampOf).join(' ');
    if (present === this.#readOf) return;
    this.#readOf = present;
    if (stampOf(home.alerts) === '') {
      this.#loaded = null;
      return;
    }
    try {
      this.#loaded = readAlertConfig(home, this.#variables());
      log.info(`alerts go to ${receiversOf(this.#loaded.config).join(', ') || 'nobody'}`);
    } catch (error) {
      log.error(`${errorBody(error).message} Alerts go on as they were.`);
    }
  }

  /** Writes what has changed. */
  #store(): void {
    const waiting: Partial<Record<AlertReceiver, readonly AlertEvent[]>> = {};
    for (const [receiver, queue] of this.#queues) waiting[receiver] = queue.waiting;
    const stored: Stored = { memory: this.#memory, waiting };
    const text = JSON.stringify(stored);
    if (text === this.#stored) return;
    try {
      writeJson(this.#parts.home.alertState, stored, 0o600);
      this.#stored = text;
      this.#fault = null;
    } catch (error) {
      this.#say(`what was told of alerts could not be stored: ${errorBody(error).message}`);
    }
  }

  #say(fault: string): void {
    if (fault !== this.#fault) this.#parts.log.error(fault);
    this.#fault = fault;
  }
}

/** What alerts look at of an instance. */
export function alertFacts({
  id,
  record,
  process,
}: Pick<Instance, 'id' | 'record' | 'process'>): AlertFacts {
  const { state, state_reason, desired } = record;
  return { id, state, state_reason, desired, status: process?.status ?? null };
}

function figuresOf(status: StatusView | null): Partial<AlertEvent> {
  if (status === null) return {};
  const { venue, mode, symbol, price, position, total_pnl } = status;
  return { venue, mode, symbol, price, position, total_pnl };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}

/** What an earlier supervisor left; nothing where the file is absent or of no use. */
function readStored(file: string): Stored {
  const none: Stored = { memory: NOTHING_TOLD, waiting: {} };
  const value = readJson(file) as Partial<Stored> | null;
  const { memory, waiting } = value ?? {};
  const whole = Array.isArray(memory?.sent) && typeof memory.instances === 'object';
  return whole && typeof waiting === 'object' ? { memory, waiting } : none;
}
