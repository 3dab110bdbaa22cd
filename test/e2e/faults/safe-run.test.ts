/** A failed instance whose orders must not be left alone: one run that cancels them, and one only. */
import { afterEach, expect, test } from 'vitest';
import { SupervisedHome, freePort } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

let home: SupervisedHome | null = null;
afterEach(async () => {
  await home?.close();
  home = null;
});

async function failedAfterCrash(on_failed?: string): Promise<SupervisedHome> {
  const made = new SupervisedHome();
  home = made;
  made.write('aa_01', {
    web_port: await freePort(),
    max_restart_attempts: 0,
    ...(on_failed !== undefined && { on_failed }),
  });
  await made.supervise();
  await made.start('aa_01');
  const { pid } = await made.row('aa_01');
  expect((await made.status('aa_01')).status?.open_orders).toBeGreaterThan(0);
  process.kill(pid ?? NaN, 'SIGKILL');
  return made;
}

test('on_failed: cancel runs the bot once: orders gone, a receipt, still failed', async () => {
  const made = await failedAfterCrash('cancel');
  const status = await waitFor('the safe run', async () => {
    const found = await made.status('aa_01');
    return found.safe_run !== null && found.state === 'failed' ? found : null;
  });
  const { outcome } = status.safe_run ?? {};
  expect(status).toMatchObject({ desired: 'running', pid: null, generation: 2, restarts: 0 });
  expect(status.safe_run?.outcome).toMatch(/^safe mode: [1-9]\d* orders cancelled, 0 left/);
  // The end that made it fail is shown, not the safe run's own.
  expect(status.last_exit).toMatchObject({ signal: 'SIGKILL' });
  expect(status.state_reason).toContain('0 restarts within');
  const said = { code: 'gave_up', parts: { reason: { code: 'ended_by' } } };
  await waitFor('why, as data', () => made.record('aa_01')?.state === 'failed');
  expect(made.record('aa_01')?.state_said).toMatchObject(said);
  expect(status.status).toMatchObject({ open_orders: 0, grid_state: 'stopped' });

  // A new supervisor does not repeat it; the user's start goes on with the grid.
  await waitFor('its record', () => made.record('aa_01')?.safe_run?.outcome === outcome);
  made.supervisors[0]?.kill('SIGKILL');
  await waitFor('its end', () => made.supervisors[0]?.signalCode !== null);
  await made.supervise();
  expect(await made.status('aa_01')).toMatchObject({
    state: 'failed',
    generation: 2,
    safe_run: { outcome },
  });
  expect((await made.start('aa_01'))[0]).toMatchObject({ ok: true, row: { state: 'running' } });
  const again = await made.status('aa_01');
  expect(again).toMatchObject({ safe_run: null, status: { grid_state: 'running' } });
  expect(again.status?.open_orders).toBeGreaterThan(0);
});

test('on paper the default keeps the orders: nothing is run', async () => {
  const made = await failedAfterCrash();
  await made.state('aa_01', 'failed');
  const status = await made.status('aa_01');
  expect(status).toMatchObject({ safe_run: null, generation: 1 });
  expect(status.status?.open_orders).toBeGreaterThan(0);
});
