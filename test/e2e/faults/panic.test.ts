/**
 * A panic ends flat or says exactly why not, whatever dies on the way: its bot, its supervisor, at
 * any moment; a bot that hangs. What a dead supervisor was asked for the next one carries on.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InstanceStatus } from '../../../src/contract/fleet-api.ts';
import type { ReceiptView } from '../../../src/contract/instance-api.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readJson } from '../../../src/platform/json-file.ts';
import { identify, isAlive, signalProcess } from '../../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
/** Milliseconds from the panic to the kill. */
const MOMENTS = SOAK ? [0, 20, 50, 100, 200, 400, 800] : [120];

let home: FleetHome;
beforeEach(async () => {
  home = new FleetHome();
  const [web_port] = await freePorts(1);
  home.write('a', {
    daemon: { web_port },
    exchange: { paper: { seed: 7 } },
    strategy: { direction: 'long' },
  });
});
afterEach(() => home.dispose());

type Flat = InstanceStatus & NonNullable<InstanceStatus['status']>;

async function status(): Promise<Flat> {
  return JSON.parse((await home.ok(['status', 'a', '--json'])).stdout) as Flat;
}

async function withPosition(): Promise<Flat> {
  await home.ok(['start', 'a']);
  return waitFor('a position', async () => {
    const found = await status();
    return found.position !== '0' && found.position !== null ? found : null;
  });
}

function botPid(): number | null {
  const file = home.path('logs', 'a', 'bot.json');
  return existsSync(file) ? (readJson(file) as { pid: number }).pid : null;
}

async function kill(pid: number | null, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const identity = pid === null ? null : identify(pid);
  if (identity === null || !signalProcess(identity, signal) || signal !== 'SIGKILL') return;
  await waitFor('its end', () => !isAlive(identity));
}

async function expectFlat(): Promise<Flat> {
  const found = await waitFor('the end of the panic', async () => {
    const now = await status();
    const { panic } = home.registry().instances['a'] ?? { panic: null };
    return now.pid === null && panic === null ? now : null;
  });
  expect(found).toMatchObject({ position: '0', open_orders: 0, desired: 'stopped', pid: null });
  const { stdout } = await home.ok(['receipts', 'a', '--json']);
  const [last] = JSON.parse(stdout) as ReceiptView[];
  expect(last).toMatchObject({ reason: 'panic', position: '0', orders_left: 0 });
  return found;
}

test.each(MOMENTS)('its supervisor is killed %d ms after: the next one ends it', async (ms) => {
  await withPosition();
  const asked = home.run(['panic', 'a', '--json']);
  await systemClock.delay(ms);
  // The verb of the user may not have arrived yet: then nothing was promised.
  await waitFor('the intent on the disk', () => {
    const { panic, state } = home.registry().instances['a'] ?? {};
    return panic !== null || state === 'stopped';
  });
  await kill(home.supervisorPid());
  await asked;
  await home.ok(['supervisor', 'start']);
  expect(await expectFlat()).toMatchObject({ state: 'stopped' });
});

test('the supervisor is killed while a stopped instance panics: the next one ends it', async () => {
  await withPosition();
  await home.ok(['stop', 'a', '--orders', 'keep']);
  const asked = home.run(['panic', 'a', '--json']);
  await waitFor('the bot of the panic', () => botPid() !== null);
  await kill(home.supervisorPid());
  await asked;
  await home.ok(['supervisor', 'start']);
  expect((await expectFlat()).state_reason).toMatch(/^panic: flat; \d+ orders cancelled, position 0$/);
  const said = { code: 'panic_carried_on', parts: { outcome: { code: 'flat' } } };
  expect(home.registry().instances['a']?.state_said).toMatchObject(said);
});

test('a kept text whose variable is gone gives way to the file, and it ends flat', async () => {
  const file = home.path('config', 'active', 'a.json');
  const text = readFileSync(file, 'utf8');
  const config = JSON.parse(text) as { daemon_config: object };
  Object.assign(config.daemon_config, { environment: { WORD: '${WORD_01}' } });
  writeFileSync(file, JSON.stringify(config));
  writeFileSync(home.path('.env'), 'WORD_01=here\n', { mode: 0o600 });
  await withPosition();
  await home.ok(['stop', 'a', '--orders', 'keep']);
  rmSync(home.path('.env'));
  // Where the file misses it too, the reason is told.
  const { stdout, stderr } = await home.run(['panic', 'a']);
  expect(stdout + stderr).toContain('WORD_01');
  writeFileSync(file, text);
  await home.ok(['panic', 'a']);
  await expectFlat();
});

test.runIf(SOAK)('a bot without a supervisor does alone what it was started for', async () => {
  await withPosition();
  await home.ok(['stop', 'a', '--orders', 'keep']);
  const asked = home.run(['panic', 'a', '--json']);
  const pid = await waitFor('the bot of the panic', () => botPid());
  const bot = identify(pid);
  await kill(home.supervisorPid());
  await asked;
  await waitFor('the end of the bot', () => bot === null || !isAlive(bot));
  const { stdout } = await home.ok(['receipts', 'a', '--json']);
  const [last] = JSON.parse(stdout) as ReceiptView[];
  expect(last).toMatchObject({ reason: 'panic', position: '0', orders_left: 0 });
});

test.each(MOMENTS)('its bot is killed %d ms after: a new one ends it flat', async (ms) => {
  await withPosition();
  const pid = botPid();
  const asked = home.run(['panic', 'a', '--json']);
  await systemClock.delay(ms);
  await kill(pid);
  const first = await asked;
  // One that died of it is followed by a new one within the same panic.
  expect(first.stderr).toBe('');
  expect(first.code).toBe(0);
  await expectFlat();
});

test('a bot that hangs is ended after ten seconds, and a new one closes', async () => {
  await withPosition();
  await kill(botPid(), 'SIGSTOP');
  const begun = systemClock.monotonic();
  const { stdout } = await home.ok(['panic', 'a']);
  expect(stdout).toMatch(/^a: flat; \d+ orders cancelled, position 0/);
  expect(systemClock.monotonic() - begun).toBeLessThan(25_000);
  await expectFlat();
});
