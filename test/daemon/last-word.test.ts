/** The end of a process against what it said last: the line is read to its end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LINK_PROTOCOL } from '../../src/contract/instance-api.ts';
import { openBotLink } from '../../src/daemon/bot-link.ts';
import type { BotConnection } from '../../src/daemon/bot-link.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';

/** A bot that is on the line, both ends. */
async function onTheLine(): Promise<{ connection: BotConnection; socket: Socket }> {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-line-'));
  const path = join(folder, 'bots.sock');
  let arrived: (connection: BotConnection) => void = () => undefined;
  const welcomed = new Promise<BotConnection>((resolve) => {
    arrived = resolve;
  });
  const ignored = { message: () => undefined, disconnected: () => undefined };
  const owner = { judge: () => null, connected: arrived, notice: () => undefined, ...ignored };
  const link = await openBotLink(path, owner, clock);
  const socket = connect(path);
  onTestFinished(() => {
    socket.destroy();
    link.close();
    rmSync(folder, { recursive: true });
  });
  const identity = { pid: 1, start_time: '1', boot_id: 'b', generation: 1 };
  const hello = { type: 'hello', protocol: LINK_PROTOCOL, home: folder, id: 'a', ...identity };
  socket.write(`${JSON.stringify(hello)}\n`);
  return { connection: await welcomed, socket };
}

test('an answer that is read after the end of its process is an answer', async () => {
  const { connection, socket } = await onTheLine();
  const asked = connection.request('panic', {}, 20_000);
  const reply = { type: 'reply', request_id: 1, result: { orders_left: 0 } };
  socket.end(`${JSON.stringify(reply)}\n`);
  connection.ended();
  expect(await asked).toEqual({ orders_left: 0 });
});

test('who asked one that ended without a word is told, at once or soon', async () => {
  for (const closes of [true, false]) {
    const { connection, socket } = await onTheLine();
    const asked = connection.request('panic', {}, 20_000);
    if (closes) socket.destroy();
    connection.ended();
    await expect(asked).rejects.toMatchObject({ code: 'BOT_UNREACHABLE' });
  }
});
