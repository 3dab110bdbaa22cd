/** Which unit is a home's, and how systemctl is called for it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { unitName } from '../../src/cli/service-unit.ts';
import {
  installedService,
  lingers,
  serviceFailure,
  serviceState,
  tellService,
  userService,
} from '../../src/cli/systemd.ts';
import { StandInSystemd } from '../fixtures/stand-in-systemd.ts';
import { makeHome, temporaryFolder } from './cli-harness.ts';

function machine() {
  const home = makeHome();
  const systemd = new StandInSystemd(temporaryFolder());
  const environment = { PATH: systemd.path, HOME: home.folder };
  return { home, systemd, asking: { home, environment } };
}

test('a unit is the user’s before the machine’s; where it lies says the environment', () => {
  const { home, asking } = machine();
  const units = temporaryFolder();
  expect(installedService(asking, units)).toBeNull();
  const system = join(units, unitName(home));
  writeFileSync(system, '');
  const name = unitName(home);
  expect(installedService(asking, units)).toEqual({ scope: 'system', name, file: system });
  const mine = userService(asking);
  expect(mine.file).toBe(join(home.folder, '.config', 'systemd', 'user', name));
  mkdirSync(dirname(mine.file), { recursive: true });
  writeFileSync(mine.file, '');
  expect(installedService(asking, units)).toEqual(mine);
  const environment = { XDG_CONFIG_HOME: '/elsewhere', HOME: home.folder };
  expect(userService({ home, environment }).file).toBe(`/elsewhere/systemd/user/${name}`);
});

test('the unit of the machine is started without asking for a password', async () => {
  const { home, systemd, asking } = machine();
  const name = unitName(home);
  const service = { scope: 'system', name, file: '/x' } as const;
  expect(await tellService(asking, service, 'start')).toBe(
    `\`systemctl start ${name}\` failed: Unit ${name} not found.`,
  );
  expect(systemd.calls()).toEqual([`--no-ask-password start ${name}`]);
});

test('a machine without systemd is an answer', async () => {
  const { home, asking } = machine();
  const bare = { home, environment: { PATH: temporaryFolder() } };
  const service = userService(asking);
  expect(await tellService(bare, service, 'start')).toContain('ENOENT');
  expect(await serviceState(bare, service)).toContain('systemctl --user show');
  expect(await serviceFailure(bare, service)).toBeNull();
  expect(await lingers(bare, 'ann')).toBeNull();
});

test('lingering is told apart from what loginctl does not know', async () => {
  const { systemd, asking } = machine();
  expect(await lingers(asking, 'ann')).toBe(false);
  systemd.set('linger', 'yes\n');
  expect(await lingers(asking, 'ann')).toBe(true);
  rmSync(join(systemd.folder, 'loginctl'));
  writeFileSync(join(systemd.folder, 'loginctl'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect(await lingers(asking, 'ann')).toBe(false);
});
