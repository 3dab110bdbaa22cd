/** What a user says to a first live start: kept until it has come about, and no longer. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BotLaunch, LiveStart } from '../../src/contract/instance-api.ts';
import { SCRIPTED_BOT, SupervisedHome } from '../fixtures/supervised-home.ts';
import { waitFor } from '../fixtures/wait-for.ts';

const SAID: LiveStart = { confirmed: true, position: 'adopt' };
let home: SupervisedHome;

beforeEach(async () => {
  home = new SupervisedHome({ bot: SCRIPTED_BOT });
  await home.supervise();
});
afterEach(() => home.close());

/** A live config whose bot does as .env tells each start of it; a crash restart asks no file. */
function write(behaviour: string): void {
  const variables = `LIVE_KEY=abcdefgh\nLIVE_SECRET=ijklmnop\nTOLD=${behaviour}\n`;
  writeFileSync(home.path('.env'), variables);
  chmodSync(home.path('.env'), 0o600);
  const config = {
    metadata: { instance_id: 'a', exchange: 'backpack', symbol: 'SOL_USDC_PERP' },
    daemon_config: { restart_delay: 0, stop_timeout: 1, environment: { BEHAVIOUR: '${TOLD}' } },
    exchange_config: { mode: 'live', api_key: '${LIVE_KEY}', secret_key: '${LIVE_SECRET}' },
    strategy_config: {
      ...{ grid_lower_price: 140, grid_upper_price: 160, grid_num: 10, order_quantity: 0.5 },
    },
  };
  writeFileSync(home.config('a'), JSON.stringify(config));
}

function start(live?: LiveStart) {
  const targets = [{ config_file: home.config('a') }];
  return home.call('POST', '/api/instances/start', { targets, ...(live && { live }) });
}

/** How the process of the instance was launched, once it is another than `before`. */
async function launched(before: number | null): Promise<BotLaunch & { readonly pid: number }> {
  return waitFor('a process', async () => {
    const pid = (await home.list())[0]?.pid ?? null;
    if (pid === null || pid === before) return null;
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const launch = words.find((word) => word.startsWith('{')) ?? '';
    return launch === '' ? null : { ...(JSON.parse(launch) as BotLaunch), pid };
  });
}

test('a bot that is killed before it was ready is told it again; one that was ready is not', async () => {
  write('mute');
  void start(SAID);
  const first = await launched(null);
  expect(first).toMatchObject({ cause: 'start', live_start: SAID });
  write('obedient');
  process.kill(first.pid, 'SIGKILL');
  const second = await launched(first.pid);
  expect(second).toMatchObject({ cause: 'restart', live_start: SAID });
  await home.state('a', 'running');
  await waitFor('the record', () => home.record('a')?.live_start === null);
  process.kill(second.pid, 'SIGKILL');
  expect(await launched(second.pid)).toMatchObject({ cause: 'restart', live_start: null });
});

test('what was said to a start that failed or was stopped is not said to the next', async () => {
  write('refused');
  await start(SAID);
  await home.state('a', 'failed');
  expect(home.record('a')?.live_start).toBeNull();
  write('mute');
  void start(SAID);
  const { pid } = await launched(null);
  await home.stop('a');
  write('obedient');
  await home.post('/api/instances/restart', { ids: ['a'] });
  expect(await launched(pid)).toMatchObject({ cause: 'start', live_start: null });
});

test('a live config asks on the console, also where no record tells of it', async () => {
  write('obedient');
  const { console: facts } = (await home.infoOrNull()) ?? {};
  const headers = { 'content-type': 'application/json' };
  const asked = (path: string, body: object) =>
    fetch(`${facts?.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  for (const [path, body] of [
    ['/api/instances/start', { ids: ['a'] }],
    ['/api/configs/a/archive', {}],
  ] as const) {
    const answer = await asked(path, body);
    expect([path, answer.status, await answer.json()]).toMatchObject([
      path,
      403,
      { code: 'READ_ONLY', message: expect.stringContaining('moves real money') as string },
    ]);
  }
  expect(await home.list()).toEqual([]);
});

test('an open .env is refused before anything is started', async () => {
  write('obedient');
  chmodSync(home.path('.env'), 0o644);
  const { body } = await start(SAID);
  expect(body).toMatchObject([{ ok: false, error: { code: 'ENV_EXPOSED' } }]);
  expect((await home.list()).filter((row) => row.pid !== null)).toEqual([]);
});
