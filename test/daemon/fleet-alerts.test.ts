/** Alerts to real receivers on loopback: what arrives, what is tried again, what is never repeated. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlertEvent } from '../../src/contract/alerts.ts';
import { AlertQueue, MOST_WAITING } from '../../src/daemon/alert-queue.ts';
import type { AlertFacts } from '../../src/daemon/alert-policy.ts';
import { FleetAlerts } from '../../src/daemon/fleet-alerts.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import type { Home } from '../../src/platform/paths.ts';
import { isAlive, identify } from '../../src/platform/process-identity.ts';
import { makeHome } from '../cli/cli-harness.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { hangs, openReceiver, takes } from '../fixtures/receiver.ts';
import type { Receiver } from '../fixtures/receiver.ts';
import { waitFor } from '../fixtures/wait-for.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';

const SECRETS = { TOKEN: '99:very-secret-token', PASSWORD: 'very-secret-password' };
const TRY_MS = 300;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function receiver(): Promise<Receiver> {
  const made = await openReceiver();
  closing.push(() => made.close());
  return made;
}

const well: AlertFacts = {
  ...{ id: 'bp_sol_01', state: 'running', state_reason: 'ready', desired: 'running' },
  status: SAMPLE_STATUS,
};
const failed: AlertFacts = { ...well, state: 'failed', state_reason: 'it crashed', status: null };
const tripped: AlertFacts = {
  ...well,
  status: { ...SAMPLE_STATUS, tripped: { reason: 'max_loss', text: 'the loss is too large' } },
};

class Watched {
  readonly clock = manualClock();
  readonly logged: string[] = [];
  readonly home: Home;
  fleet: readonly AlertFacts[] = [well];
  alerts: FleetAlerts;

  constructor(home: Home) {
    this.home = home;
    this.alerts = this.#open();
  }

  #open(): FleetAlerts {
    const file = { write: (line: string) => this.logged.push(line) };
    const log = makeLogger('alerts', [{ level: 'trace', file }]);
    const alerts = new FleetAlerts({
      ...{ home: this.home, clock: this.clock, log, tryMs: TRY_MS },
      environment: { ...SECRETS, PATH: process.env['PATH'] },
      fleet: () => this.fleet,
    });
    closing.push(() => alerts.close());
    return alerts;
  }

  /** The present supervisor dies, the next one looks. */
  restart(): void {
    this.alerts.close();
    this.alerts = this.#open();
    this.alerts.look();
  }

  see(...fleet: AlertFacts[]): void {
    this.fleet = fleet;
    this.clock.advance(1000);
    this.alerts.look();
  }

  get log(): string {
    return this.logged.join('');
  }
}

function watched(config: object): Watched {
  const one = new Watched(makeHome({ 'config/alerts.json': config }));
  one.alerts.look();
  return one;
}

test('webhook, Telegram and command each get the event; no secret is logged', async () => {
  const [hook, telegram] = [await receiver(), await receiver()];
  const one = watched({
    webhook: { url: `${hook.url}/in?key=\${PASSWORD}`, authorization: 'Bearer ${PASSWORD}' },
    telegram: { bot_token: '${TOKEN}', chat_id: '-77', api_url: telegram.url },
    alert_command: ['sh', '-c', 'cat > "$GRIDD_HOME/said.json"; env > "$GRIDD_HOME/env"'],
  });
  one.see(tripped);
  const file = join(one.home.folder, 'env');
  await waitFor('all three', () => {
    const done = one.log.match(/was sent/g)?.length === 3;
    return done && hook.received.length === 1 && telegram.received.length === 1;
  });
  const message = 'gridd: bp_sol_01 tripped: the loss is too large';
  const event = {
    ...{ event: 'tripped', recovered: false, instance: 'bp_sol_01', text: 'the loss is too large' },
    ...{ message, home: one.home.folder, venue: 'paper', symbol: 'SOL_USDC_PERP' },
    ...{ price: '150.42', position: '-1.5', total_pnl: '15.535053', mode: 'paper' },
  };
  expect(hook.received[0]).toMatchObject({
    path: `/in?key=${SECRETS.PASSWORD}`,
    headers: { authorization: `Bearer ${SECRETS.PASSWORD}`, 'content-type': 'application/json' },
    body: event,
  });
  expect(telegram.received[0]).toMatchObject({
    path: `/bot${SECRETS.TOKEN}/sendMessage`,
    body: { chat_id: '-77', text: message },
  });
  expect(JSON.parse(readFileSync(join(one.home.folder, 'said.json'), 'utf8'))).toMatchObject(event);
  expect(readFileSync(file, 'utf8')).not.toContain('very-secret');
  expect(one.log).not.toContain('very-secret');
  one.see(well);
  await waitFor('that it is over', () => hook.received.length === 2);
  expect(hook.received[1]?.body).toMatchObject({
    ...{ event: 'tripped', recovered: true, message: 'gridd: bp_sol_01 tripped is over' },
  });
});

describe('a receiver that', () => {
  test('answers 500 is tried again, with growing pauses, until it takes it: once', async () => {
    const hook = await receiver();
    hook.answer = (response, count) => {
      response.statusCode = count < 4 ? 500 : 200;
      response.end();
    };
    const one = watched({ webhook: { url: hook.url } });
    one.see(failed);
    for (const [tries, pause] of [[1, 1000], [2, 2000], [3, 4000]] as const) {
      await waitFor(`try ${tries}`, () => hook.received.length === tries && one.clock.pending() > 0);
      one.clock.advance(pause - 1);
      expect(one.clock.pending()).toBe(1);
      one.clock.advance(1);
    }
    await waitFor('that it was sent', () => one.log.includes('was sent'));
    const ids = hook.received.map(({ body }) => body['id']);
    expect([ids.length, new Set(ids).size]).toEqual([4, 1]);
  });

  test('says when to come again is obeyed', async () => {
    const hook = await receiver();
    hook.answer = (response, count) => {
      response.statusCode = count === 1 ? 429 : 200;
      response.end(JSON.stringify({ parameters: { retry_after: 30 }, description: 'slow down' }));
    };
    const one = watched({
      telegram: { bot_token: '${TOKEN}', chat_id: 1, api_url: hook.url },
    });
    one.see(failed);
    await waitFor('the refusal', () => one.clock.pending() === 1);
    one.clock.advance(29_999);
    expect(one.clock.pending()).toBe(1);
    one.clock.advance(1);
    await waitFor('the second try', () => hook.received.length === 2);
    expect(one.log).toContain('HTTP 429 slow down');
    expect(one.log).not.toContain('very-secret');
  });

  test('refuses for good is not bothered again; the next alert goes', async () => {
    const hook = await receiver();
    hook.answer = (response, count) => {
      response.statusCode = count === 1 ? 404 : 200;
      response.end(`nothing at ${SECRETS.PASSWORD}`);
    };
    const one = watched({ webhook: { url: `${hook.url}/\${PASSWORD}` } });
    one.see(failed, { ...failed, id: 'b' });
    await waitFor('the second', () => hook.received.length === 2 && one.log.includes('was sent'));
    expect(one.log).toMatch(/alert failed of bp_sol_01 was given up: HTTP 404/);
    expect(one.clock.pending()).toBe(0);
  });

  test('hangs holds up neither the look nor another receiver', async () => {
    const [hook, telegram] = [await receiver(), await receiver()];
    hook.answer = hangs;
    const one = watched({
      webhook: { url: hook.url },
      telegram: { bot_token: '${TOKEN}', chat_id: 1, api_url: telegram.url },
    });
    one.see(failed);
    await waitFor('the other', () => telegram.received.length === 1);
    await waitFor('the end of its time', () => one.log.includes('no answer within 0.3 s'));
    hook.answer = takes;
    one.clock.advance(1000);
    await waitFor('the second try', () => one.log.match(/was sent/g)?.length === 2);
  });

  test('is not there at all is waited for, six hours at most', async () => {
    const gone = await openReceiver();
    await gone.close();
    const one = watched({ webhook: { url: gone.url } });
    one.see(failed);
    await waitFor('the first try', () => one.clock.pending() === 1);
    expect(one.log).toContain('ECONNREFUSED');
    one.clock.advance(6 * 3_600_000 + 1);
    await waitFor('the end', () => one.log.includes('was given up'));
  });

  test('is a command that hangs is killed with all it started, one that fails tried again', async () => {
    const script = 'sleep 60 & echo $! > "$GRIDD_HOME/child"; echo $$ > "$GRIDD_HOME/own"; wait';
    const one = watched({ alert_command: ['sh', '-c', script] });
    one.see(failed);
    await waitFor('its end', () => one.log.includes('no end within 0.3 s: killed'));
    for (const name of ['child', 'own']) {
      const pid = Number(readFileSync(join(one.home.folder, name), 'utf8'));
      const left = identify(pid);
      await waitFor(`the end of its ${name}`, () => left === null || !isAlive(left));
    }
    const again = watched({ alert_command: ['sh', '-c', 'echo "no mail $$PASSWORD" >&2; exit 3'] });
    again.see(failed);
    await waitFor('its refusal', () => again.log.includes('exit code 3 no mail'));
    const absent = watched({ alert_command: ['/nowhere/alert'] });
    absent.see(failed);
    await waitFor('its absence', () => absent.log.includes('ENOENT'));
    // What it leaves running does not count as not ended.
    const leaves = watched({ alert_command: ['sh', '-c', 'sleep 5 & exit 0'] });
    leaves.see(failed);
    await waitFor('its end', () => leaves.log.includes('was sent'));
  });
});

describe('a supervisor that is started again', () => {
  test('repeats nothing that was told', async () => {
    const hook = await receiver();
    const one = watched({ webhook: { url: hook.url } });
    one.see(failed);
    await waitFor('the alert', () => one.log.includes('was sent'));
    one.restart();
    one.see(failed);
    one.see(failed, { ...failed, id: 'c' });
    await waitFor('another one', () => hook.received.length === 2);
    expect(hook.received.map(({ body }) => body['instance'])).toEqual(['bp_sol_01', 'c']);
  });

  test('sends what waited, under the same id, and only that', async () => {
    const hook = await receiver();
    hook.answer = (response) => response.destroy();
    const one = watched({ webhook: { url: hook.url } });
    one.see(failed);
    await waitFor('the first try', () => one.clock.pending() === 1);
    hook.answer = takes;
    one.restart();
    await waitFor('that it was sent', () => one.log.includes('was sent'));
    const ids = hook.received.map(({ body }) => body['id']);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    one.restart();
    one.see(failed);
    expect(one.clock.pending()).toBe(0);
    expect(hook.received).toHaveLength(2);
  });

  test('finds a state of no use and begins anew', async () => {
    const hook = await receiver();
    const one = watched({ webhook: { url: hook.url } });
    writeFileSync(one.home.alertState, '{"memory":3');
    one.restart();
    one.see(failed);
    await waitFor('the alert', () => hook.received.length === 1);
  });
});

test('a state that cannot be stored silences no alert', async () => {
  const hook = await receiver();
  const one = watched({ webhook: { url: hook.url } });
  rmSync(dirname(one.home.alertState), { recursive: true, force: true });
  mkdirSync(dirname(dirname(one.home.alertState)), { recursive: true });
  writeFileSync(dirname(one.home.alertState), 'no folder');
  one.see(failed);
  await waitFor('the alert', () => hook.received.length === 1);
  expect(one.log).toContain('could not be stored');
});

describe('the file', () => {
  test('is taken when it changes; a faulty one leaves the last good one in force', async () => {
    const hook = await receiver();
    const one = new Watched(makeHome());
    one.see(failed);
    expect(one.logged).toEqual([]);
    writeFileSync(one.home.alerts, JSON.stringify({ webhook: { url: hook.url } }));
    one.see(failed);
    await waitFor('the alert', () => hook.received.length === 1);
    writeFileSync(one.home.alerts, '{ "webhook": 3 }');
    one.see(failed, { ...failed, id: 'b' });
    await waitFor('the next', () => hook.received.length === 2);
    expect(one.log).toContain('Alerts go on as they were.');
    rmSync(one.home.alerts);
    one.see(failed, { ...failed, id: 'c' });
    expect(one.alerts.look.length).toBe(0);
    expect(hook.received).toHaveLength(2);
  });

  test('is used by a test, which says what came back from each', async () => {
    const hook = await receiver();
    const one = new Watched(makeHome());
    await expect(one.alerts.test()).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    writeFileSync(one.home.alerts, '{}');
    await expect(one.alerts.test()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const command = join(one.home.folder, 'command.sh');
    writeFileSync(command, '#!/bin/sh\ncat >&2; exit 1\n');
    chmodSync(command, 0o755);
    writeFileSync(
      one.home.alerts,
      JSON.stringify({ webhook: { url: hook.url }, alert_command: [command] }),
    );
    const [first, second] = await one.alerts.test();
    expect(first).toEqual({ receiver: 'webhook', ok: true, what: 'HTTP 200 {"ok":true}' });
    expect(second).toMatchObject({ receiver: 'alert_command', ok: false });
    expect(second?.what).toMatch(/^exit code 1 \{"id":.*"event":"test"/);
    expect(hook.received).toHaveLength(1);
  });
});

test('a queue is bounded: the oldest that wait give way, and that is said', () => {
  const told: string[] = [];
  const queue = new AlertQueue(
    {
      clock: manualClock(),
      send: () => new Promise(() => undefined),
      tell: (level, sentence) => told.push(`${level}: ${sentence}`),
      changed: () => undefined,
    },
    [],
  );
  const event = (n: number) => ({ id: String(n), event: 'failed', at: '' }) as AlertEvent;
  queue.add([event(0)]);
  queue.go();
  queue.add(Array.from({ length: MOST_WAITING + 20 }, (_, n) => event(n + 1)));
  expect(queue.waiting).toHaveLength(MOST_WAITING);
  expect([queue.waiting[0]?.id, queue.waiting[1]?.id]).toEqual(['0', '22']);
  expect(told).toEqual(['error: 21 alerts were dropped: too many wait']);
});
