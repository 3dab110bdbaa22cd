/** `gridd sim-venue`: the line that it prints is all that a client needs; what is typed is judged. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Home } from '../../src/platform/paths.ts';
import { gridd, makeHome } from './cli-harness.ts';
import type { Ran } from './cli-harness.ts';

interface Line {
  readonly url: string;
  readonly ws_url: string;
  readonly api_key: string;
  readonly secret_key: string;
  readonly accounts?: readonly { readonly name: string; readonly api_key: string }[];
}

interface Opened {
  readonly line: Line;
  /** Presses Ctrl-C; resolves with how the verb ended. */
  end(): Promise<Ran>;
}

/** Runs the verb until it printed its line. */
async function opened(home: Home, args: readonly string[]): Promise<Opened> {
  let interrupt = (): void => undefined;
  let ran: Promise<Ran> | undefined;
  const line = await new Promise<Line>((resolve, reject) => {
    const terminal = {
      out: (text: string) => resolve(JSON.parse(text) as Line),
      onInterrupt(fn: () => void) {
        interrupt = fn;
        return () => undefined;
      },
    };
    ran = gridd(home, ['sim-venue', 'backpack', '--symbols', '3', ...args], { terminal });
    ran.then(({ err }) => reject(new Error(err)), reject);
  });
  return {
    line,
    end() {
      interrupt();
      return ran ?? Promise.reject(new Error('it never ran'));
    },
  };
}

it('prints addresses and keys on one line, and ends at an interrupt', async () => {
  const { line, end } = await opened(makeHome(), ['--speed', '0']);
  expect(Object.keys(line)).toEqual(['url', 'ws_url', 'api_key', 'secret_key']);
  expect(line.ws_url).toBe(line.url.replace('http:', 'ws:'));
  expect(Buffer.from(line.api_key, 'base64')).toHaveLength(32);
  expect(await (await fetch(`${line.url}/api/v1/ping`)).text()).toBe('pong');
  expect(await end()).toMatchObject({ exit: 0, err: '' });
  await expect(fetch(`${line.url}/api/v1/ping`)).rejects.toThrow();
});

it('keeps accounts, keys and prices in its state file', async () => {
  const home = makeHome();
  const args = ['--speed', '0', '--state', 'venue.db', '--account', 'a', '--account', 'b'];
  const first = await opened(home, args);
  expect(first.line.accounts?.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(first.line.accounts?.[0]?.api_key).toBe(first.line.api_key);
  const move = { symbol: 'SOL_USDC_PERP', price: '123.45' };
  const body = JSON.stringify(move);
  await fetch(`${first.line.url}/__sim/move`, { method: 'POST', body });
  await first.end();
  const second = await opened(home, args);
  expect({ ...second.line, url: '', ws_url: '' }).toEqual({ ...first.line, url: '', ws_url: '' });
  const ticker = await fetch(`${second.line.url}/api/v1/ticker?symbol=SOL_USDC_PERP`);
  expect(await ticker.json()).toMatchObject({ lastPrice: '123.45' });
  await second.end();
});

it('plays a script', async () => {
  const home = makeHome();
  const script = [{ at_ms: 0, command: 'maintenance' }];
  writeFileSync(join(home.folder, 'script.json'), JSON.stringify(script));
  const { line, end } = await opened(home, ['--script', 'script.json']);
  const status = async () => (await fetch(`${line.url}/api/v1/status`)).json();
  await expect.poll(status).toMatchObject({ status: 'Maintenance' });
  await end();
});

it.each([
  [['--speed', 'fast'], '--speed'],
  [['--speed', '-1'], '--speed'],
  [['--balance', '0'], '--balance'],
  [['--port', '70000'], '--port'],
  [['--seed', '1.5'], '--seed'],
  [['--script', 'none.json'], '--script'],
  [['--crossing', 'maybe'], '--crossing'],
])('%j is refused', async (args, word) => {
  const { exit, err } = await gridd(makeHome(), ['sim-venue', 'backpack', ...args]);
  expect(exit).toBe(2);
  expect(err).toContain('USAGE');
  expect(err).toContain(word);
});

it('names the venues that it can be, and what is wrong with a script', async () => {
  const home = makeHome({ 'script.json': [{ at_ms: 0, command: 'dance' }] });
  const unknown = await gridd(home, ['sim-venue', 'nyse']);
  expect([unknown.exit, unknown.err]).toEqual([2, expect.stringContaining('backpack')]);
  const { err } = await gridd(home, ['sim-venue', 'backpack', '--script', 'script.json']);
  expect(err).toContain('line 1: command is one of');
});

it('a port that is taken is told so', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  const { exit, err } = await gridd(makeHome(), ['sim-venue', 'backpack', '--port', `${port}`]);
  expect(exit).toBe(4);
  expect(err).toContain(`PORT_TAKEN: Port ${port} is taken.`);
  await new Promise((resolve) => holder.close(resolve));
});
