/** Ports for programs: the wanted one, else the next that nobody holds or claims. */
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sentenceOf } from '../../src/contract/sentences.ts';
import { findPort, handPort } from '../../src/daemon/free-port.ts';

let server: Server;
let held: number;
const host = '127.0.0.1';
beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  held = (server.address() as AddressInfo).port;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test('a held port gives way to another, with a warning that names the holder', async () => {
  const { port, warning } = await findPort({ wanted: held, host, strict: false, avoid: [] });
  expect(port).toBeGreaterThanOrEqual(5001);
  expect(port).toBeLessThanOrEqual(6000);
  const text = warning === null ? '' : sentenceOf(warning);
  expect(text).toContain(`port ${held} is held by`);
  expect(text).toContain(`pid ${process.pid}`);
});

test('strict: refused, the holder named', async () => {
  await expect(findPort({ wanted: held, host, strict: true, avoid: [] })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(`pid ${process.pid}`) as string,
  });
});

test('claimed ports are left alone; none left is an error', async () => {
  const first = await findPort({ wanted: null, host, strict: false, avoid: [] });
  const next = await findPort({ wanted: null, host, strict: false, avoid: [first.port] });
  expect(next.port).not.toBe(first.port);
  expect(next.warning).toBeNull();
  const avoid = Array.from({ length: 1000 }, (_, index) => 5001 + index);
  await expect(findPort({ wanted: null, host, strict: false, avoid })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});

test('two programs that start at once are never handed the same port', async () => {
  const wish = { wanted: null, host: '127.0.0.1', strict: false, avoid: [] };
  const ids = ['p_01', 'p_02', 'p_03', 'p_04'];
  const found = await Promise.all(ids.map((id) => handPort(id, wish)));
  expect(new Set(found.map(({ port }) => port)).size).toBe(ids.length);
  const again = await handPort('p_01', { ...wish, wanted: found[0]?.port ?? 0 });
  expect(again).toEqual({ port: found[0]?.port, warning: null });
  const other = await handPort('p_02', { ...wish, wanted: found[0]?.port ?? 0 });
  expect(other.port).not.toBe(found[0]?.port);
});
