/** One supervisor of a home and one bot of an instance, however many are started and when. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { BOT_EXIT } from '../../../src/contract/errors.ts';
import type { StatusView } from '../../../src/contract/instance-api.ts';
import { homeHash } from '../../../src/daemon/socket-folder.ts';
import { homeAt } from '../../../src/platform/paths.ts';
import { findMarked, processStat } from '../../../src/platform/process-identity.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { LoneBot } from '../../fixtures/lone-bot.ts';
import { SCRIPTED_BOT, SupervisedHome } from '../../fixtures/supervised-home.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const SOAK = process.env['GRIDD_SOAK'] === '1';
/** One here and one among the tests of the command line. */
const ROUNDS = SOAK ? 50 : 1;
const STARTS = 20;
/** A client that took longer hangs: the slowest start is given 30 s until it is ready. */
const HUNG_MS = 60_000;
const STOPPED_MS = SOAK ? 60_000 : 5_000;

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

/** Living supervisors of the home, by their command line. */
function supervisors(folder: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || processStat(pid) === null) return false;
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes(folder) && words.some((word) => word.endsWith('daemon/main.js'));
    } catch {
      return false;
    }
  });
}

test(`${STARTS} cold starts at once, ${ROUNDS} times: one supervisor, one bot`, async () => {
  let slowest = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const home = new FleetHome();
    undo.push(() => home.dispose());
    const [port] = await freePorts(1);
    const config = home.write('a', { daemon: { web_port: port } });
    const began = performance.now();
    const clients = Array.from({ length: STARTS }, async () => {
      const result = await home.run(['start', config]);
      slowest = Math.max(slowest, performance.now() - began);
      return result;
    });
    const late = pause(HUNG_MS, null, { ref: false });
    const results = await Promise.race([Promise.all(clients), late]);
    if (results === null) throw new Error(`round ${round}: a client hangs`);
    const told = results.map(({ code, stderr }) => (code === 0 ? 'ok' : `${code}: ${stderr}`));
    // Who comes while it is being started waits for it; who comes later hears that it runs.
    const odd = told.filter((text) => text !== 'ok' && !text.includes('INSTANCE_RUNNING'));
    expect([round, odd]).toEqual([round, []]);
    const started = results.filter(({ stderr }) => stderr.includes('supervisor started'));
    expect([round, started.length]).toEqual([round, 1]);
    const pid = home.supervisorPid();
    await waitFor('the losers to leave', () => supervisors(home.folder).length === 1);
    expect(supervisors(home.folder)).toEqual([pid]);
    const ours = `${homeHash(homeAt(home.folder))}:`;
    expect(findMarked((mark) => mark.startsWith(ours))).toHaveLength(1);
    expect(home.registry().instances['a']).toMatchObject({ generation: 1, restarts: 0 });
    await undo.pop()?.();
  }
  console.log(`slowest client: ${Math.round(slowest)} ms`);
}, 3_000_000);

test(`holders that are stopped for ${STOPPED_MS / 1000} s keep their locks`, async () => {
  const bot = new LoneBot('solo_01', {
    metadata: { symbol: 'SOL_USDC_PERP' },
    strategy_config: {
      grid_lower_price: 140,
      grid_upper_price: 160,
      grid_num: 20,
      order_quantity: 0.5,
    },
  });
  undo.push(() => bot.dispose());
  const home = new SupervisedHome({ bot: SCRIPTED_BOT });
  undo.push(() => home.close());
  home.write('aa_01');
  const supervisor = await home.supervise();
  await home.start('aa_01');
  const { pid } = await home.row('aa_01');
  const [port = 0] = await freePorts(1);
  const first = bot.start({ port });
  await waitFor('its page', () => bot.webPort());

  first.kill('SIGSTOP');
  supervisor.kill('SIGSTOP');
  // Time itself is what is tried: a lock that expires would be taken over.
  await pause(STOPPED_MS);
  const second = bot.start();
  const successor = home.spawnSupervisor();
  expect(await bot.ended(second)).toBe(BOT_EXIT.lock_held);
  expect(bot.errors.join('')).toBe('LOCK_HELD: another process runs solo_01\n');
  await waitFor('the end of the second supervisor', () => successor.exitCode !== null);
  expect(successor.exitCode).toBe(BOT_EXIT.lock_held);

  first.kill('SIGCONT');
  supervisor.kill('SIGCONT');
  const status = await fetch(`http://127.0.0.1:${port}/api/status`);
  expect((await status.json()) as StatusView).toMatchObject({ state: 'running' });
  expect(readFileSync(`${bot.logDir}/bot.pid`, 'utf8')).toBe(`${first.pid}\n`);
  expect(await home.row('aa_01')).toMatchObject({ pid, restarts: 0, state: 'running' });
  expect((await home.infoOrNull())?.pid).toBe(supervisor.pid);
}, 120_000);
