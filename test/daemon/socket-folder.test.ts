/** Sockets lie in a short folder that is ours alone, chosen once. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseEndpoint, homeHash } from '../../src/daemon/socket-folder.ts';
import { writeJson } from '../../src/platform/json-file.ts';
import { homeAt } from '../../src/platform/paths.ts';

const uid = process.getuid?.() ?? 0;
let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'gridd-sf-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

const around = () => ({ uid, runtime_dir: undefined, temporary: base });

test('the folder is 0700, and the paths fit a socket however long the home is', () => {
  const home = homeAt(join(base, 'x'.repeat(190)));
  const endpoint = chooseEndpoint(home, around(), 1);
  const folder = dirname(endpoint.control_socket);
  expect(folder).toBe(join(base, `gridd-${uid}`, homeHash(home)));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(Buffer.byteLength(endpoint.control_socket)).toBeLessThanOrEqual(107);
});

test('two homes never share a folder', () => {
  const [a, b] = ['a', 'b'].map((name) => chooseEndpoint(homeAt(join(base, name)), around(), 1));
  expect(a?.bot_socket).not.toBe(b?.bot_socket);
});

test('a choice once made is kept, although the environment has changed', () => {
  const home = homeAt(join(base, 'home'));
  const first = chooseEndpoint(home, around(), 1);
  writeJson(home.endpoint, first);
  const other = join(base, 'runtime');
  mkdirSync(other, { mode: 0o700 });
  const second = chooseEndpoint(home, { ...around(), runtime_dir: other }, 2);
  expect(second).toEqual({ ...first, pid: 2 });
  // A copied home brings another home's file along: that one is not believed.
  const copy = homeAt(join(base, 'copy'));
  writeJson(copy.endpoint, first);
  expect(chooseEndpoint(copy, around(), 3).bot_socket).not.toBe(first.bot_socket);
});

test('a folder open to others is closed; a link in its place is not used', () => {
  const home = homeAt(join(base, 'home'));
  const mine = join(base, `gridd-${uid}`);
  mkdirSync(mine);
  chmodSync(mine, 0o777);
  chooseEndpoint(home, around(), 1);
  expect(statSync(mine).mode & 0o777).toBe(0o700);
  const elsewhere = join(base, 'elsewhere');
  mkdirSync(elsewhere);
  const trapped = join(base, 'trapped');
  mkdirSync(trapped);
  symlinkSync(elsewhere, join(trapped, `gridd-${uid}`));
  const chosen = chooseEndpoint(home, { ...around(), temporary: trapped }, 1);
  expect(chosen.control_socket.startsWith(trapped)).toBe(false);
  rmSync(dirname(chosen.control_socket), { recursive: true, force: true });
});
