/** The unit's text: what it promises systemd, and that every value survives systemd's own reading. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lastingPath, removedBy, unitName, unitText } from '../../src/cli/service-unit.ts';
import type { UnitParts } from '../../src/cli/service-unit.ts';
import { homeAt } from '../../src/platform/paths.ts';
import { temporaryFolder } from './cli-harness.ts';

const PARTS: UnitParts = {
  scope: 'user',
  home: '/srv/fleet',
  node: '/usr/bin/node',
  nodeOptions: ['--max-semi-space-size=1'],
  bin: '/opt/gridd/bin/gridd.js',
  user: 'ann',
  environment: { PATH: '/usr/bin:/bin' },
};

function linesOf(parts: Partial<UnitParts> = {}): string[] {
  return unitText({ ...PARTS, ...parts }).split('\n');
}

function valueOf(name: string, parts: Partial<UnitParts>): string | undefined {
  return linesOf(parts)
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

describe('the unit', () => {
  test('ends the supervisor alone, and lets a second supervisor be', () => {
    const lines = linesOf();
    for (const line of [
      'KillMode=process',
      'OOMPolicy=continue',
      'Restart=on-failure',
      'RestartPreventExitStatus=75',
      'StartLimitIntervalSec=0',
      'WantedBy=default.target',
      'WorkingDirectory=/srv/fleet',
      'ExecStart=/usr/bin/node --max-semi-space-size=1 /opt/gridd/bin/gridd.js ' +
        '--home /srv/fleet supervisor run --on-term keep',
      'Environment=PATH=/usr/bin:/bin',
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines.filter((line) => line.startsWith('User='))).toEqual([]);
  });

  test('of the whole machine runs as its user and waits for the network', () => {
    const lines = linesOf({ scope: 'system' });
    expect(lines).toContain('User=ann');
    expect(lines).toContain('After=network-online.target');
    expect(lines).toContain('WantedBy=multi-user.target');
  });

  test('escapes what a path may hold, by the rules of each line', () => {
    const home = '/srv/a b%d $HOME "q" \\n é';
    expect(valueOf('WorkingDirectory', { home })).toBe('/srv/a b%%d $HOME "q" \\n é');
    expect(valueOf('ExecStart', { home })).toContain(
      '--home "/srv/a b%%d $$HOME \\"q\\" \\\\n é" supervisor',
    );
    // In the program's own name "$" means nothing and must not be doubled.
    expect(valueOf('ExecStart', { node: '/opt/my $x/node' })).toMatch(/^"\/opt\/my \$x\/node" /);
    expect(valueOf('Environment', { environment: { PATH: '/a b:/c%d$E' } })).toBe(
      '"PATH=/a b:/c%%d$E"',
    );
  });

  test.each(['/srv/a\nb', '/srv/a ', '/srv/a\\', '/srv/a\tb'])(
    'refuses %j, which systemd cannot be told',
    (home) => {
      expect(() => unitText({ ...PARTS, home })).toThrow(/systemd cannot be told/);
    },
  );

  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
  test.skipIf(!analyze).each(['user', 'system'] as const)(
    'of the %s passes systemd-analyze verify (skipped where systemd is not installed)',
    (scope) => {
      const folder = temporaryFolder();
      const home = join(folder, 'a b%d $HOME "q" \\n é');
      mkdirSync(home);
      const file = join(folder, unitName(homeAt(home)));
      const parts = { ...PARTS, scope, home, node: process.execPath, user: 'root' };
      writeFileSync(file, unitText(parts));
      const whose = scope === 'user' ? '--user' : '--system';
      const options = { encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: folder } } as const;
      const verify = () => spawnSync('systemd-analyze', [whose, 'verify', file], options);
      const { status, stderr } = verify();
      // Units of the machine may be at fault too: only what is said of ours counts.
      expect(stderr.split('\n').filter((line) => line.includes('gridd-'))).toEqual([]);
      expect(status).toBe(0);
      writeFileSync(file, unitText({ ...parts, node: '/nowhere/node' }));
      expect(verify().stderr).toContain('/nowhere/node');
    },
  );
});

test('each home has a unit of its own', () => {
  expect(unitName(homeAt('/srv/a'))).toMatch(/^gridd-[0-9a-f]{12}\.service$/);
  expect(unitName(homeAt('/srv/a'))).not.toBe(unitName(homeAt('/srv/b')));
});

test.each([
  ['/home/a/.nvm/versions/node/v20.19.0/bin/node', 'nvm'],
  ['/home/a/.local/share/fnm/node-versions/v20/installation/bin/node', 'fnm'],
  ['/home/a/.volta/tools/image/node/20.19.0/bin/node', 'Volta'],
  ['/home/a/.asdf/installs/nodejs/20.19.0/bin/node', 'asdf'],
  ['/home/a/.local/share/mise/installs/node/20/bin/node', 'mise'],
  ['/home/linuxbrew/.linuxbrew/Cellar/node/20/bin/node', 'Homebrew'],
  ['/home/a/.npm/_npx/1234/node_modules/gridd', 'the cache of npx'],
  ['/usr/bin/node', null],
  ['/home/a/nvm-free/bin/node', null],
])('%s goes away with an upgrade of %s', (path, who) => {
  expect(removedBy(path)).toBe(who);
});

test('PATH keeps absolute folders once, without those of a login', () => {
  const path = '/usr/bin:./bin::/run/user/1/fnm_multishells/9_1/bin:/tmp/x:/bin:/usr/bin';
  expect(lastingPath(path)).toBe('/usr/bin:/bin');
  expect(lastingPath('')).toBe('/usr/local/bin:/usr/bin:/bin');
});
