/** Alerts of a real fleet: a stop, a failure, `gridd alert test`; a new supervisor repeats nothing. */
import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { FleetHome } from '../fixtures/fleet-home.ts';
import { openReceiver } from '../fixtures/receiver.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const home = new FleetHome();
const hook = await openReceiver();

afterEach(async () => {
  await home.dispose();
  await hook.close();
});

test('what happens to bots is told, once, whoever supervises them', async () => {
  home.write('sol_01');
  home.write('sol_02', { daemon: { max_restart_attempts: 0 } });
  const settings = { webhook: { url: `${hook.url}/\${HOOK_KEY}` }, degraded_after_s: 600 };
  writeFileSync(home.path('.env'), 'HOOK_KEY=very-secret-path\n', { mode: 0o600 });
  writeFileSync(home.path('config', 'alerts.json'), JSON.stringify(settings));
  expect((await home.run(['alert', 'test'])).stderr).toMatch(/^SUPERVISOR_NOT_RUNNING/);
  await home.ok(['start', '--all']);
  const { stdout } = await home.ok(['alert', 'test']);
  expect(stdout).toBe('webhook        took it  HTTP 200 {"ok":true}\n');
  const told = () =>
    hook.received.map(({ body }) => `${String(body['event'])} ${String(body['instance'])}`);
  process.kill((await home.row('sol_02')).pid ?? 0, 'SIGKILL');
  await waitFor('that it failed', () => told().includes('failed sol_02'));

  // The next supervisor adopts the other one, and looks after it as well.
  await home.ok(['supervisor', 'stop', '--keep-bots']);
  await home.ok(['supervisor', 'start']);
  await home.ok(['stop', 'sol_01']);
  await waitFor('that it was stopped', () => told().includes('stopped sol_01'));
  await home.ok(['start', 'sol_02']);
  await waitFor('that it is well', () => hook.received.some(({ body }) => body['recovered']));
  expect(told()).toEqual(['test null', 'failed sol_02', 'stopped sol_01', 'failed sol_02']);
  expect(hook.received[0]?.path).toBe('/very-secret-path');
  const log = await home.ok(['audit', '--json']);
  expect(log.stdout).toContain('alert test');
  hook.answer = (response) => {
    response.statusCode = 403;
    response.end('no very-secret-path here');
  };
  const refused = await home.run(['alert', 'test', '--json']);
  expect(refused.code).toBe(2);
  expect(JSON.parse(refused.stdout)).toEqual([
    { receiver: 'webhook', ok: false, what: 'HTTP 403 no [secret] here' },
  ]);
});
