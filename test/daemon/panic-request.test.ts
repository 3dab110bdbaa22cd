/** How a bot is asked for a panic, also one that is older than that request. */
import { expect, test } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import type { BotConnection } from '../../src/daemon/bot-link.ts';
import { askForPanic } from '../../src/daemon/instance-end.ts';

/** A line to a bot that answers each request with `answer`; keeps what was asked. */
function line(answer: (method: string) => unknown) {
  const asked: unknown[] = [];
  const request = async (method: string, params: unknown) => {
    asked.push([method, params]);
    const given = answer(method);
    if (given instanceof Error) throw given;
    return given;
  };
  return { asked, connection: { request } as Pick<BotConnection, 'request'> };
}

test('a bot that does not know panic is told to cancel and close', async () => {
  const unknown = new GriddError('BAD_REQUEST', 'This bot knows no request "panic".');
  const { asked, connection } = line((method) => (method === 'panic' ? unknown : 'receipt'));
  expect(await askForPanic(connection, 1)).toBe('receipt');
  expect(asked).toEqual([
    ['panic', {}],
    ['stop', { orders: 'cancel', position: 'close' }],
  ]);
});

test('any other refusal is its answer', async () => {
  const busy = new GriddError('INSTANCE_BUSY', 'The bot is not ready.');
  const { asked, connection } = line(() => busy);
  await expect(askForPanic(connection, 1)).rejects.toBe(busy);
  expect(asked).toEqual([['panic', {}]]);
});
