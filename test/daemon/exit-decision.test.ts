/** What the end of a process means: the telling codes are the built-in bot's own. */
import { expect, test } from 'vitest';
import { BOT_EXIT } from '../../src/contract/errors.ts';
import { decideExit } from '../../src/daemon/exit-decision.ts';

const bot = { intent: null, desired: 'running', external: false, auto_restart: true } as const;

test.each([
  [BOT_EXIT.configuration, 'fail'],
  [BOT_EXIT.done, 'finish'],
  [BOT_EXIT.lock_held, 'adopt'],
  [1, 'retry'],
  [null, 'retry'],
] as const)('a bot that ends with %s: %s', (code, decision) => {
  expect(decideExit({ ...bot, code })).toBe(decision);
});

test.each([BOT_EXIT.configuration, BOT_EXIT.done, BOT_EXIT.lock_held])(
  'an external program that ends with %s has crashed: it knows nothing of our codes',
  (code) => {
    expect(decideExit({ ...bot, external: true, code })).toBe('retry');
  },
);
