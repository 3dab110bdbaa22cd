/** A loopback venue that is killed while it trades: what it answered, it still knows. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answered, Reached } from '../exchange/sim/backpack-client.ts';
import { BackpackClient } from '../exchange/sim/backpack-client.ts';
import { ROOT } from '../source-tree.ts';

const SYMBOL = 'SOL_USDC_PERP';
const ROUNDS = 4;

interface Facts {
  readonly cash: string;
  readonly positions: readonly { readonly symbol: string; readonly size: string }[];
  readonly open_orders: readonly { readonly id: number; readonly client_id: string }[];
  readonly fills: readonly {
    readonly id: number;
    readonly order_id: number;
    readonly side: string;
    readonly size: string;
    readonly client_id: string;
  }[];
}

let folder: string;
let child: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gridd-sim-'));
});
afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Reached> {
  const words = [join(ROOT, 'bin', 'gridd.js'), 'sim-venue', 'backpack', '--symbols', '3'];
  const options = ['--state', join(folder, 'venue.db'), '--speed', '300', '--partial-fills'];
  child = spawn(process.execPath, [...words, ...options], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('the venue has an output');
  const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string];
  const { url, ws_url, ...keys } = JSON.parse(line) as Record<string, string>;
  if (url === undefined || ws_url === undefined) throw new Error(line);
  return { url, ws_url, accounts: [{ name: 'main', keys }], world: { now: () => Date.now() } };
}

async function kill(): Promise<void> {
  const dying = child;
  child = null;
  if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
  const ended = once(dying, 'exit');
  dying.kill('SIGKILL');
  await ended;
}

async function factsOf({ url }: Reached): Promise<Facts> {
  const body = JSON.stringify({ name: 'main' });
  const response = await fetch(`${url}/__sim/account`, { method: 'POST', body });
  return (await response.json()) as Facts;
}

test('no answered order and no told fill is lost to kill -9', async () => {
  const answered = new Map<number, string>();
  let known: Facts['fills'] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const venue = await open();
    const before = await factsOf(venue);
    expect(before.fills.slice(0, known.length)).toEqual(known);
    const client = new BackpackClient(venue);
    const { json } = await client.open(`/api/v1/ticker?symbol=${SYMBOL}`);
    const last = Number((json as { lastPrice: string }).lastPrice);
    const sent: Promise<void>[] = [];
    for (let k = 0; k < 60; k += 1) {
      const clientId = round * 1000 + k;
      const side = k % 2 === 0 ? 'Bid' : 'Ask';
      const price = (last * (1 + ((k % 2 === 0 ? -1 : 1) * k) / 5000)).toFixed(2);
      const order = client.order({ clientId, side, price, postOnly: false, quantity: '0.3' });
      sent.push(order.then((got) => note(answered, clientId, got), () => undefined));
      if (k === 40) {
        await sent[20];
        known = (await factsOf(venue)).fills;
        await kill();
      }
    }
    await Promise.all(sent);
  }
  const venue = await open();
  const { fills, open_orders, positions } = await factsOf(venue);
  const alive = new Set([...open_orders, ...fills].map(({ client_id }) => client_id));
  expect(answered.size).toBeGreaterThan(ROUNDS * 10);
  for (const clientId of answered.keys()) expect(alive, `${clientId}`).toContain(`${clientId}`);
  expect(fills.length).toBeGreaterThan(0);
  expect(new Set(fills.map(({ id }) => id)).size).toBe(fills.length);
  const sum = fills.reduce(
    (lots, { side, size }) => lots + (side === 'buy' ? 1 : -1) * Math.round(Number(size) * 100),
    0,
  );
  const size = positions.find(({ symbol }) => symbol === SYMBOL)?.size ?? '0';
  expect(Math.round(Number(size) * 100)).toBe(sum);
});

test('a signal to end ends it well', async () => {
  const venue = await open();
  await new BackpackClient(venue).order();
  const running = child;
  if (running === null) throw new Error('it runs');
  running.kill('SIGTERM');
  expect(await once(running, 'exit')).toEqual([0, null]);
});

function note(answered: Map<number, string>, clientId: number, { status, json }: Answered): void {
  expect(status).toBe(200);
  answered.set(clientId, (json as { id: string }).id);
}
