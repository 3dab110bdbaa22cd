/**
 * The service under a real systemd: a user manager of its own in a mount namespace of its own. Runs
 * with GRIDD_SOAK=1 only; skipped where systemd is not installed or its manager cannot be started
 * (no root, no cgroups).
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { unitName } from '../../../src/cli/service-unit.ts';
import { homeAt } from '../../../src/platform/paths.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { ROOT } from '../../source-tree.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
const MANAGER = 'manager: runs';
let home: FleetHome | null = null;

afterEach(async () => {
  await home?.dispose();
});

/** What is done inside: each step says one line, "name: answer". */
function script(name: string): string {
  return `
mount -t tmpfs tmpfs /run || exit
mkdir -p /run/systemd/system /run/user/$(id -u) && chmod 700 /run/user/$(id -u)
export XDG_RUNTIME_DIR=/run/user/$(id -u)
/lib/systemd/systemd --user > "$HOME/manager.log" 2>&1 &
manager=$!
for try in $(seq 100); do systemctl --user is-system-running > /dev/null 2>&1 && break; sleep 0.1; done
systemctl --user is-system-running > /dev/null 2>&1 || exit
echo '${MANAGER}'
unit=${name}
gridd() { "${process.execPath}" "${join(ROOT, 'bin', 'gridd.js')}" "$@" 2>> "$HOME/errors.log"; }
bot() { gridd list --json | grep -o '"pid": [0-9]*'; }
main() { systemctl --user show "$unit" --property=MainPID --value; }
gridd start a
before=$(bot)
gridd install
echo "cwd: $(readlink /proc/$(main)/cwd)"
echo "home: $(tr '\\0' '\\n' < /proc/$(main)/cmdline | sed -n '/^--home$/{n;p}')"
first=$(main)
kill -KILL "$first"
for try in $(seq 100); do [ "$(main)" != 0 ] && [ "$(main)" != "$first" ] && break; sleep 0.1; done
for try in $(seq 100); do gridd supervisor status > /dev/null && break; sleep 0.1; done
[ "$(main)" != "$first" ] && echo 'killed: systemd started another'
[ "$(bot)" = "$before" ] && echo 'bot: the same'
gridd supervisor stop --keep-bots
echo "stopped: $(systemctl --user is-active "$unit")"
gridd restart a
echo "started: $(systemctl --user is-active "$unit")"
grep -q "$unit" /proc/$(bot | grep -o '[0-9]*')/cgroup && echo 'cgroup: of the service'
kill -KILL "$(main)"
for try in $(seq 100); do
  [ "$(systemctl --user show "$unit" --property=SubState --value)" = auto-restart ] && break
  sleep 0.02
done
gridd supervisor stop --keep-bots
echo "not awaited: $(systemctl --user is-active "$unit")"
gridd restart a
last=$(bot)
gridd uninstall
echo "removed: $(systemctl --user is-active "$unit")"
[ "$(bot)" = "$last" ] && echo 'bot: lives on'
kill -KILL $manager
`;
}

test.skipIf(!SOAK)('install, kill, stop, start and uninstall', { timeout: 200_000 }, async (t) => {
  home = new FleetHome('a b%d $HOME "q" \\n é');
  const [port] = await freePorts(1);
  home.write('a', { daemon: { web_port: port } });
  const { folder } = home;
  const file = home.path('steps.sh');
  writeFileSync(file, script(unitName(homeAt(folder))));
  const words = ['--mount', '--propagation', 'private', 'bash', file];
  const env = { PATH: process.env['PATH'], HOME: folder, GRIDD_HOME: folder };
  const child = spawn('unshare', words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  if (!said.includes(MANAGER)) return t.skip('no systemd manager can be started here');
  const lines = said.split('\n');
  for (const line of [
    `cwd: ${folder}`,
    `home: ${folder}`,
    'killed: systemd started another',
    'bot: the same',
    'stopped: inactive',
    'started: active',
    'cgroup: of the service',
    'not awaited: inactive',
    'removed: inactive',
    'bot: lives on',
  ]) {
    expect(lines, readFileSync(home.path('errors.log'), 'utf8')).toContain(line);
  }
});
