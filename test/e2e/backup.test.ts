/** A fleet that trades is backed up, and what is restored from that goes on from one moment of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseMoney } from '../../src/contract/decimal.ts';
import type { FillView, StatusView } from '../../src/contract/instance-api.ts';
import { ROOT } from '../source-tree.ts';
import { FleetHome } from '../fixtures/fleet-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const home = new FleetHome();
const other = new FleetHome();
const store = mkdtempSync(join(tmpdir(), 'gridd-backups-'));

afterEach(async () => {
  await home.dispose();
  await other.dispose();
  rmSync(store, { recursive: true, force: true });
});

const IDS = ['one', 'two'];

async function fills(of: FleetHome, id: string): Promise<string[]> {
  const { stdout } = await of.ok(['fills', id, '-n', '1000000', '--json']);
  const all = (JSON.parse(stdout) as FillView[]).reverse();
  return all.map(({ trade_id, side, price, size }) => `${trade_id} ${side} ${size} @ ${price}`);
}

async function status(of: FleetHome, id: string): Promise<StatusView> {
  const { stdout } = await of.ok(['status', id, '--json']);
  return JSON.parse(stdout) as StatusView;
}

/** Kills a backup as soon as it has begun to write; whether it was still at it. */
async function cutOff(target: string): Promise<boolean> {
  const words = [join(ROOT, 'bin', 'gridd.js'), 'backup', target];
  const env = { PATH: process.env['PATH'], HOME: home.folder, GRIDD_HOME: home.folder };
  const child = spawn(process.execPath, words, { env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const part = `${target}.${child.pid}.part`;
  await waitFor('its first file', () => existsSync(join(part, 'database')) || existsSync(target));
  child.kill('SIGKILL');
  await ended;
  return existsSync(part);
}

test('backed up under load, cut off, restored, and traded on', async () => {
  const exchange = (seed: number) => ({ paper: { seed, speed: 100, volatility: 0.004 } });
  for (const [seed, id] of IDS.entries()) home.write(id, { exchange: exchange(seed + 1) });
  await home.ok(['start', '--all']);
  await waitFor('trades', async () => {
    const counts = await Promise.all(IDS.map((id) => fills(home, id)));
    return counts.every(({ length }) => length > 20);
  });
  for (const name of ['first', 'second']) await home.ok(['backup', join(store, name)]);
  const cut = join(store, 'cut');
  expect(await cutOff(cut)).toBe(true);
  expect(existsSync(cut)).toBe(false);
  const whole = readdirSync(store).filter((name) => !name.startsWith('cut.'));
  expect(whole.sort()).toEqual(['first', 'second']);
  expect((await home.run(['restore', join(store, 'second')])).stderr).toMatch(/^RESTORE_REFUSED/);
  // The fleet went on as if nothing had been: none was restarted, all goes well.
  for (const row of await home.list()) expect(row).toMatchObject({ state: 'running', restarts: 0 });

  await other.ok(['restore', join(store, 'second')]);
  for (const id of IDS) {
    const view = await status(other, id);
    const sum = (parseMoney(view.grid_profit) ?? 0n) + (parseMoney(view.unpaired) ?? 0n);
    expect(sum).toBe(parseMoney(view.total_pnl));
  }
  const restored = await Promise.all(IDS.map((id) => fills(other, id)));
  // Both homes have pages: those of the second move to ports of their own.
  await other.ok(['start', '--all']);
  await waitFor('more trades', async () => {
    const counts = await Promise.all(IDS.map((id) => fills(other, id)));
    return counts.every(({ length }, index) => length > (restored[index]?.length ?? 0) + 5);
  });
  // While a stop takes a ladder away the market may fill what of it still rests.
  const until = async (each: FleetHome) =>
    Promise.all(IDS.map(async (id) => (await fills(each, id)).length));
  const counts = [await until(home), await until(other)];
  await home.ok(['stop', '--all']);
  await other.ok(['stop', '--all']);
  for (const [index, id] of IDS.entries()) {
    const [ours, theirs] = [await fills(home, id), await fills(other, id)];
    const before = restored[index] ?? [];
    expect(before.length).toBeGreaterThan(20);
    expect(ours.slice(0, before.length)).toEqual(before);
    // On the same seed both go on to the same trades, as far as the shorter one went.
    const both = Math.min(...counts.map((each) => each[index] ?? 0));
    expect(both).toBeGreaterThan(before.length);
    expect(theirs.slice(0, both)).toEqual(ours.slice(0, both));
  }
  // Back over the books that have gone on only when told so.
  await home.ok(['supervisor', 'stop', '--stop-bots']);
  const refused = await home.run(['restore', join(store, 'first')]);
  expect(refused.code).toBe(4);
  expect(refused.stdout).toContain('newer     database/one.db');
  await home.ok(['restore', join(store, 'first'), '--force']);
  const back = await fills(home, 'one');
  expect(back.length).toBeGreaterThan(20);
  expect(back).toEqual((await fills(other, 'one')).slice(0, back.length));
  await home.ok(['start', 'one']);
});
