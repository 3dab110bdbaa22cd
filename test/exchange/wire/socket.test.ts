/** A kept stream: it comes back, notices silence, tells things in order, and is quiet once closed. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { VenueFault } from '../../../src/exchange/port.ts';
import type { VenueEvent } from '../../../src/exchange/port.ts';
import { Delivery } from '../../../src/exchange/wire/delivery.ts';
import { Redaction } from '../../../src/exchange/wire/redaction.ts';
import { ServerClock } from '../../../src/exchange/wire/server-clock.ts';
import { KeptSocket } from '../../../src/exchange/wire/socket.ts';
import type { SocketOptions } from '../../../src/exchange/wire/socket.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { manualClock } from '../manual-clock.ts';
import { deadPort, listen } from './loopback.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Far {
  readonly url: string;
  readonly clients: WebSocket[];
  /** Resolves with the next connection. */
  next(): Promise<WebSocket>;
}

async function farEnd(pongs = true): Promise<Far> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: pongs });
  await once(server, 'listening');
  const clients: WebSocket[] = [];
  const waiting: ((socket: WebSocket) => void)[] = [];
  const arrived: WebSocket[] = [];
  server.on('connection', (socket) => {
    clients.push(socket);
    const taker = waiting.shift();
    if (taker === undefined) arrived.push(socket);
    else taker(socket);
  });
  ends.push(async () => {
    for (const client of server.clients) client.terminate();
    server.close();
    await once(server, 'close');
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clients,
    next: () => {
      const there = arrived.shift();
      return there === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(there);
    },
  };
}

interface Told {
  readonly lines: string[];
  /** Resolves once a line begins so. */
  until(start: string): Promise<string>;
}

function kept(url: string, more: Partial<SocketOptions> = {}): { socket: KeptSocket; told: Told } {
  const lines: string[] = [];
  const looks = new Set<() => void>();
  const note = (line: string) => {
    lines.push(line);
    for (const look of looks) look();
  };
  const socket = new KeptSocket(
    {
      address: async () => url,
      ...{ proxy: null, connect_timeout_ms: 1000, ping_ms: 10_000, quiet_ms: null, life_ms: null },
      ...{ clock: systemClock, chance: () => 0, trace: () => undefined },
      ...{ redaction: new Redaction([]), ...more },
    },
    {
      opened: (send) => {
        send('subscribe');
        note('opened');
      },
      message: (text) => {
        note(`message ${text}`);
        return text !== 'useless';
      },
      alive: () => note('alive'),
      lost: (reason) => note(`lost ${reason}`),
    },
  );
  ends.push(() => socket.close());
  const until = (start: string) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const line = lines.find((each) => each.startsWith(start));
        if (line === undefined) return;
        looks.delete(look);
        lines.splice(0, lines.indexOf(line) + 1);
        resolve(line);
      };
      looks.add(look);
      look();
    });
  return { socket, told: { lines, until } };
}

describe('a kept socket', () => {
  test('subscribes on each connection, and comes back after its end', async () => {
    const far = await farEnd();
    const { socket, told } = kept(far.url);
    await socket.open();
    const first = await far.next();
    expect(String((await once(first, 'message'))[0])).toBe('subscribe');
    await told.until('opened');
    first.send('one');
    first.send('two');
    expect(await told.until('message two')).toBe('message two');
    first.close(1001, 'maintenance');
    expect(await told.until('lost')).toBe('lost the venue ended the stream (1001, maintenance)');
    const second = await far.next();
    expect(String((await once(second, 'message'))[0])).toBe('subscribe');
    await told.until('opened');
  });

  test('pauses grow while nothing comes of it, and differ from client to client', async () => {
    const port = await deadPort();
    const clock = manualClock();
    const pauses: string[] = [];
    const trace = (line: string) => void pauses.push(/again in (\d+) ms/.exec(line)?.[1] ?? '');
    let failing: () => void = () => undefined;
    const tried = () => new Promise<void>((resolve) => (failing = resolve));
    let half = 0;
    const chance = () => (half += 0.25) % 1;
    const address = async () => {
      failing();
      throw new VenueFault('unreachable', `no way to ${port}`, null, 'connection');
    };
    const { socket, told } = kept('', { clock, trace, chance, address });
    await socket.open();
    expect(await told.until('lost')).toBe(`lost no way to ${port}`);
    for (let k = 0; k < 9; k += 1) {
      const again = tried();
      clock.advance(30_000);
      await again;
      await told.until('lost');
    }
    const figures = pauses.filter((each) => each !== '').map(Number);
    expect(figures.slice(0, 4)).toEqual([156, 375, 875, 1000]);
    expect(Math.max(...figures)).toBeLessThanOrEqual(30_000);
    expect(figures.at(-1)).toBeGreaterThanOrEqual(15_000);
  });

  test('a refused connection and a page instead of a stream are told', async () => {
    const { socket, told } = kept(`ws://127.0.0.1:${await deadPort()}`);
    await socket.open();
    expect(await told.until('lost')).toContain('ECONNREFUSED');
    await socket.close();
    const page = await listen((tcp) => {
      tcp.once('data', () => tcp.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'));
    });
    ends.push(page.close);
    const other = kept(`ws://127.0.0.1:${page.port}`);
    await other.socket.open();
    expect(await other.told.until('lost')).toContain('403');
  });

  test('a handshake that hangs ends', async () => {
    const silent = await listen(() => undefined);
    ends.push(silent.close);
    const { socket, told } = kept(`ws://127.0.0.1:${silent.port}`, { connect_timeout_ms: 50 });
    await socket.open();
    expect(await told.until('lost')).toContain('timed out');
  });

  test('pongs are signs of life; without any the connection is replaced', async () => {
    const lively = await farEnd();
    const one = kept(lively.url, { ping_ms: 200 });
    await one.socket.open();
    await one.told.until('alive');
    await one.told.until('alive');
    expect(lively.clients).toHaveLength(1);
    const dumb = await farEnd(false);
    const other = kept(dumb.url, { ping_ms: 20 });
    await other.socket.open();
    expect(await other.told.until('lost')).toBe('lost the stream gives no sign of life');
    await dumb.next();
    await dumb.next();
  });

  test('alive but without a useful message for too long it is replaced', async () => {
    const far = await farEnd();
    const { socket, told } = kept(far.url, { ping_ms: 20, quiet_ms: 100 });
    await socket.open();
    (await far.next()).send('useless');
    expect(await told.until('lost')).toBe('lost the stream brought nothing for 0 s');
    await told.until('opened');
  });

  test('it is replaced at its age', async () => {
    const far = await farEnd();
    const { socket, told } = kept(far.url, { ping_ms: 20, life_ms: 60 });
    await socket.open();
    expect(await told.until('lost')).toBe('lost the connection had reached its age');
    await told.until('opened');
    expect(far.clients.length).toBeGreaterThanOrEqual(2);
  });

  test('closed, it tells nothing any more and does not come back', async () => {
    const far = await farEnd();
    const { socket, told } = kept(far.url);
    await socket.open();
    const client = await far.next();
    await told.until('opened');
    client.send('late');
    await socket.close();
    expect(client.readyState).not.toBe(client.OPEN);
    expect(told.lines.filter((line) => line.startsWith('lost'))).toEqual([]);
    await socket.close();
    expect(far.clients).toHaveLength(1);
  });

  test('closed while it waits to come back, it stays away', async () => {
    const clock = manualClock();
    const address = async () => {
      throw new VenueFault('unreachable', 'down', null, 'connection');
    };
    const { socket } = kept('', { clock, address });
    await socket.open();
    expect(clock.pending()).toBe(1);
    await socket.close();
    expect(clock.pending()).toBe(0);
  });
});

describe('delivery', () => {
  const price = (last: string): VenueEvent => ({ type: 'price', last, mark: last, at_ms: 1 });

  test('one at a time, in order, the newest of waiting prices', async () => {
    const heard: string[] = [];
    let release: () => void = () => undefined;
    let busy = 0;
    const done = new Promise<void>((resolve) => {
      const delivery = new Delivery(async (event) => {
        expect((busy += 1)).toBe(1);
        if (heard.length === 0) await new Promise<void>((go) => (release = go));
        heard.push(event.type === 'price' ? event.last : event.type);
        busy -= 1;
        if (event.type === 'gap') resolve();
      });
      delivery.push(price('1'));
      delivery.push(price('2'));
      delivery.push({ type: 'alive' });
      delivery.push(price('3'));
      delivery.push({ type: 'connected' });
      delivery.push(price('4'));
      delivery.push({ type: 'gap', reason: '' });
    });
    release();
    await done;
    expect(heard).toEqual(['1', '3', 'connected', '4', 'gap']);
  });

  test('closed, it calls nobody; a call under way is not waited for', async () => {
    const heard: string[] = [];
    const delivery = new Delivery(async (event) => {
      heard.push(event.type);
      if (event.type === 'connected') delivery.close();
    });
    delivery.push({ type: 'connected' });
    delivery.push({ type: 'alive' });
    await systemClock.breathe();
    delivery.push({ type: 'alive' });
    await systemClock.breathe();
    expect(heard).toEqual(['connected']);
  });
});

describe('the time of a server', () => {
  test('is its own, whatever our wall clock says, until it is distrusted', async () => {
    const clock = manualClock(1000);
    let skew = 30_000;
    const time = new ServerClock(clock, async () => clock.now() + skew);
    expect([time.now(), time.offset, time.age]).toEqual([1000, null, null]);
    await time.measure();
    clock.advance(500);
    expect([time.now(), time.offset, time.age]).toEqual([31_500, 30_000, 500]);
    skew = -30_000;
    await time.measure();
    expect(time.offset).toBe(-30_000);
    time.distrust();
    expect([time.offset, time.age]).toEqual([null, null]);
  });
});
