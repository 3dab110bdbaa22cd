import { afterEach, expect, it } from 'vitest';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { StatusView } from '../../src/contract/instance-api.ts';
import { EventReader, ask } from './http-client.ts';
import { SAMPLE_FILL, SAMPLE_LEVEL } from './sample-service.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

let served: Served;
afterEach(() => served.server.close());

function shown(event: { data: unknown }): StatusView {
  return (event.data as { status: StatusView }).status;
}

/** Resolves once `condition` holds; conditions here are set by I/O of this process. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.breathe();
}

/** Epoch and count of an event's id. */
function idOf({ id }: { id: string | null }): { epoch: string; seq: number } {
  const [epoch = '', seq = ''] = (id ?? '').split('.');
  return { epoch, seq: Number(seq) };
}

it('sends all topics on connect, then those that changed, with growing ids', async () => {
  served = await serveSample();
  const reader = await EventReader.open(served.port);
  expect(reader.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(reader.response.headers['cache-control']).toBe('no-store');
  const first = await reader.next('topics');
  expect(first.data).toEqual({
    status: served.service.shown,
    levels: [SAMPLE_LEVEL],
    fills: [SAMPLE_FILL],
    health: served.service.page.fares,
    marks: served.service.page.counts,
  });
  served.service.change({ price: '151' });
  const second = await reader.next('topics');
  expect(second.data).toEqual({ status: { ...served.service.shown, price: '151' } });
  expect(idOf(second).epoch).toBe(idOf(first).epoch);
  expect(idOf(second).seq).toBeGreaterThan(idOf(first).seq);
  reader.close();
});

it('tells what changed last before it ends, such as that the grid was stopped', async () => {
  served = await serveSample({ limits: { gapMs: 60_000 } });
  const reader = await EventReader.open(served.port);
  await reader.next('topics');
  served.service.change({ price: '151' });
  expect(shown(await reader.next('topics')).price).toBe('151');
  // Within the gap: nothing would be told of it for a minute.
  served.service.change({ grid_state: 'stopped' });
  await served.server.close();
  expect(shown(await reader.next('topics')).grid_state).toBe('stopped');
  reader.close();
});

it('tells one that comes back what changed meanwhile, by header or by query', async () => {
  served = await serveSample();
  const reader = await EventReader.open(served.port);
  const last = (await reader.next('topics')).id ?? '';
  const again = async (how: { last?: string; header?: string }) => {
    const late = await EventReader.open(served.port, how);
    const { name, data } = await late.any();
    late.close();
    return name === 'beat' ? 'beat' : Object.keys(data as object);
  };
  // Nothing changed, whether others watch meanwhile or not.
  expect(await again({ header: last })).toBe('beat');
  reader.close();
  await until(() => served.service.listeners.size === 0);
  expect(await again({ last })).toBe('beat');
  served.service.change({ price: '151' });
  expect(await again({ last })).toEqual(['status']);
  served.service.lines = [];
  expect(await again({ header: last, last: 'other.1' })).toEqual(['status', 'levels']);
  const all = ['status', 'levels', 'fills', 'health', 'marks'];
  const { epoch, seq } = idOf({ id: last });
  const foreign = ['', 'x', 'other.1', `${epoch}.${seq + 100}`, `${epoch}.-1`, `${epoch}.1e1`];
  for (const id of foreign) expect([id, await again({ last: id })]).toEqual([id, all]);
  expect(await again({})).toEqual(all);
});

it('refuses a longer last id than any it gives', async () => {
  served = await serveSample();
  const refused = await ask(served.port, `/api/events?last=${'x'.repeat(81)}`);
  expect(refused).toMatchObject({ status: 400, json: { code: 'BAD_REQUEST' } });
});

it('gathers a burst of changes and sends the last state', async () => {
  served = await serveSample({ limits: { gapMs: 100 } });
  const reader = await EventReader.open(served.port);
  await reader.next('topics');
  served.service.change({ price: '1' });
  await reader.next('topics');
  const reads = served.service.reads;
  for (let price = 2; price <= 500; price += 1) served.service.change({ price: String(price) });
  expect(shown(await reader.next('topics')).price).toBe('500');
  expect(served.service.reads - reads).toBe(1);
  expect(reader.unread).toBe(0);
  reader.close();
});

it('keeps 100 ms between two events, and sends a lone change at once', async () => {
  let now = 1000;
  const timers: { ms: number; fire: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonic: () => now,
    after(ms, fire) {
      timers.push({ ms, fire });
      return () => {};
    },
  };
  served = await serveSample({ clock });
  const reader = await EventReader.open(served.port);
  const changeAt = (ms: number) => {
    now = ms;
    served.service.change({});
    return timers.shift();
  };
  const first = changeAt(1000);
  expect(first?.ms).toBe(0);
  expect(changeAt(1005)).toBeUndefined();
  now = 1010;
  first?.fire();
  const second = changeAt(1060);
  expect(second?.ms).toBe(50);
  now = 1110;
  second?.fire();
  expect(changeAt(9000)?.ms).toBe(0);
  reader.close();
});

it('computes nothing and listens to nothing while nobody watches', async () => {
  served = await serveSample();
  expect(served.service.listeners.size).toBe(0);
  const readers = [await EventReader.open(served.port), await EventReader.open(served.port)];
  expect(served.service.listeners.size).toBe(1);
  for (const reader of readers) reader.close();
  await until(() => served.service.listeners.size === 0);
  const reads = served.service.reads;
  served.service.change({ price: '9' });
  expect(served.service.reads).toBe(reads);
});

it('beats, so that a page can tell a quiet grid from a dead one', async () => {
  served = await serveSample({ limits: { heartbeatMs: 20 } });
  const reader = await EventReader.open(served.port);
  await reader.next('beat');
  await reader.next('beat');
  reader.close();
});

it('refuses the 101st stream with 503 and words, and takes one when a place is free', async () => {
  served = await serveSample();
  const readers = await Promise.all(
    Array.from({ length: 100 }, () => EventReader.open(served.port)),
  );
  const refused = await ask(served.port, '/api/events');
  expect(refused).toMatchObject({ status: 503, json: { code: 'TOO_MANY_STREAMS' } });
  expect((await ask(served.port, '/api/status')).status).toBe(200);
  served.service.change({ price: '152' });
  for (const reader of readers) {
    await reader.next('topics');
    expect(shown(await reader.next('topics')).price).toBe('152');
  }
  readers[0]?.close();
  // The server hears of the closed connection on its own time: ask until it has.
  let late: EventReader;
  do {
    late = await EventReader.open(served.port);
  } while (late.response.statusCode !== 200);
  await late.next('topics');
  for (const reader of [...readers, late]) reader.close();
});

it('drops a consumer that takes nothing, and goes on with the others', async () => {
  const limits = { maxStreams: 2, gapMs: 1, heartbeatMs: 20, stallMs: 150 };
  served = await serveSample({ limits });
  // Events large enough to fill the kernel's buffers of a connection that nobody reads.
  const trade = () => {
    served.service.trades = Array.from({ length: 50 }, (_, index) => ({
      ...SAMPLE_FILL,
      trade_id: `${index}-${served.service.shown.cycles}${'x'.repeat(40_000)}`,
    }));
  };
  trade();
  const slow = await openUnread(served.port);
  const reader = await EventReader.open(served.port);
  await reader.next('topics');
  // Both places are taken: a third stream gets in only when the slow one was dropped.
  let third: EventReader | null = null;
  for (let cycles = 1; third === null; cycles += 1) {
    served.service.change({ cycles });
    trade();
    expect(shown(await reader.next('topics')).cycles).toBe(cycles);
    const candidate = await EventReader.open(served.port);
    if (candidate.response.statusCode === 200) third = candidate;
  }
  await third.next('topics');
  served.service.change({ cycles: -1 });
  expect(shown(await reader.next('topics')).cycles).toBe(-1);
  slow.destroy();
  reader.close();
  third.close();
});

it('ends the streams in words when topics cannot be read, and lives on', async () => {
  served = await serveSample();
  const reader = await EventReader.open(served.port);
  await reader.next('topics');
  served.service.failure = new TypeError('broken figures');
  served.service.change({});
  expect((await reader.next('problem')).data).toMatchObject({ code: 'INTERNAL' });
  await reader.ended;
  expect((await ask(served.port, '/api/events')).status).toBe(500);
  expect(served.bugs).toHaveLength(2);
  served.service.failure = null;
  const again = await EventReader.open(served.port);
  await again.next('topics');
  again.close();
});

it('close() ends the streams and frees the port', async () => {
  served = await serveSample();
  const { port } = served;
  const reader = await EventReader.open(port);
  await reader.next('topics');
  await served.server.close();
  await reader.ended;
  await expect(ask(port, '/health')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  served = await serveSample({ port, strictPort: true });
  expect(served.port).toBe(port);
});

function openUnread(port: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/api/events', agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => resolve(response.pause()));
    outgoing.end();
  });
}
