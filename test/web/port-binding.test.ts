import { afterEach, describe, expect, it } from 'vitest';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { portHolder, portHolderText } from '../../src/platform/port-holder.ts';
import { LAST_PORT } from '../../src/web/server/port-binding.ts';
import type { PageServer } from '../../src/web/server/page-server.ts';
import { ask } from './http-client.ts';
import { serveSample } from './served.ts';

const foreign: Server[] = [];
const ours: PageServer[] = [];

afterEach(async () => {
  for (const server of ours.splice(0)) await server.close();
  for (const server of foreign.splice(0)) {
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Listens on the first port from `from` on that is free; another test may hold some. */
async function occupy(from: number, host = '127.0.0.1'): Promise<number> {
  for (let port = from; ; port += 1) {
    const server = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ host, port }, () => resolve(true));
    });
    if (!taken) continue;
    foreign.push(server);
    return (server.address() as AddressInfo).port;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

async function serve(more: Parameters<typeof serveSample>[0]): Promise<PageServer> {
  const { server } = await serveSample(more);
  ours.push(server);
  return server;
}

describe('a port that another process holds', () => {
  it('is left for the next free one that nobody claims, with the holder named', async () => {
    const taken = await occupy(5400);
    const avoidPorts = [taken + 1, taken + 2];
    const server = await serve({ port: taken, avoidPorts });
    expect(server.port).toBeGreaterThan(taken + 2);
    expect(server.port).toBeLessThanOrEqual(LAST_PORT);
    expect(server.warning).toContain(`Port ${taken} is held by `);
    expect(server.warning).toContain(`(pid ${process.pid})`);
    expect(server.warning).toContain(String(server.port));
    // The guard knows the port that was really bound.
    const headers = { host: `localhost:${server.port}` };
    expect((await ask(server.port, '/health', { headers })).status).toBe(200);
  });

  it('is noticed when it is held on all addresses', async () => {
    const taken = await occupy(5450, '0.0.0.0');
    expect((await serve({ port: taken })).port).not.toBe(taken);
  });

  it('is PORT_TAKEN with strict_port, holder named', async () => {
    const taken = await occupy(5500);
    await expect(serve({ port: taken, strictPort: true })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      exit: 4,
      message: expect.stringContaining(`(pid ${process.pid})`) as string,
    });
  });

  it('is PORT_TAKEN when no other is free', async () => {
    const taken = await occupy(5550);
    const avoidPorts = range(5001, LAST_PORT);
    await expect(serve({ port: taken, avoidPorts })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(`Port ${taken} is held by `) as string,
    });
  });

  it('above the range is left for one inside it', async () => {
    const taken = await occupy(20_000);
    const { port } = await serve({ port: taken, avoidPorts: range(5001, 5599) });
    expect(port).toBeGreaterThanOrEqual(5600);
    expect(port).toBeLessThanOrEqual(LAST_PORT);
  });
});

describe('without a wanted port', () => {
  it('takes the first free one that nobody claims, without a warning', async () => {
    const taken = await occupy(5650);
    const server = await serve({ port: null, avoidPorts: range(5001, taken - 1) });
    expect(server.port).toBeGreaterThan(taken);
    expect(server.warning).toBeNull();
  });

  it('is PORT_TAKEN when all are claimed', async () => {
    await expect(serve({ port: null, avoidPorts: range(5001, LAST_PORT) })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
    });
  });
});

it('two servers that want one port at the same moment get two ports', async () => {
  const wanted = await occupy(5700);
  const servers = await Promise.all(range(1, 8).map(() => serve({ port: wanted })));
  expect(new Set(servers.map(({ port }) => port)).size).toBe(8);
});

it('a wanted port that is claimed by nobody else is taken although it is in the list', async () => {
  const probe = await serve({});
  const { port } = probe;
  await probe.close();
  expect((await serve({ port, avoidPorts: [port] })).port).toBe(port);
});

it('finds the holder of a port, and nobody for a free one', async () => {
  const taken = await occupy(5800);
  expect(portHolder(taken)?.pid).toBe(process.pid);
  expect(portHolderText(taken)).toMatch(new RegExp(`^.+ \\(pid ${process.pid}\\)$`));
  const server = foreign.pop();
  await new Promise((resolve) => server?.close(resolve));
  expect(portHolder(taken)).toBeNull();
  expect(portHolderText(taken)).toBe('another process');
});
