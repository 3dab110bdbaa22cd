/**
 * A crowd of pages on one server: a hundred streams do not hold the event loop up, and whoever comes
 * beyond the limit is refused in words. The crowd is a process of its own, so that its work is not
 * measured.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { Crowd } from './crowd.ts';
import { ask } from './http-client.ts';
import { SAMPLE_FILL, SAMPLE_LEVEL } from './sample-service.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

let served: Served;
let crowd: Crowd | undefined;
afterEach(async () => {
  crowd?.leave();
  await served.server.close();
});

/** Delay of the event loop beyond its rhythm (ms, 99 of 100 below) and CPU (%) while `work` runs. */
async function measured(work: () => Promise<void>) {
  const resolution = 5;
  const delays = monitorEventLoopDelay({ resolution });
  const [cpu, at] = [process.cpuUsage(), performance.now()];
  delays.enable();
  await work();
  delays.disable();
  const { user, system } = process.cpuUsage(cpu);
  const p99 = Math.max(0, delays.percentile(99) / 1e6 - resolution);
  return { p99, cpu: (user + system) / 10 / (performance.now() - at) };
}

it('a hundred streams of moving prices do not hold the event loop up', async () => {
  served = await serveSample();
  const { service } = served;
  const gridOf = (round: number) =>
    Array.from({ length: 101 }, (_, index) => ({ ...SAMPLE_LEVEL, index, size: String(round) }));
  const fillsOf = (round: number) =>
    Array.from({ length: 50 }, (_, index) => ({ ...SAMPLE_FILL, trade_id: `${round}-${index}` }));
  // Five prices a second, and each second a fill that also moves lines.
  const trade = async () => {
    for (let round = 0; round < 20; round += 1) {
      if (round % 5 === 0) [service.lines, service.trades] = [gridOf(round), fillsOf(round)];
      service.change({ price: String(150 + round) });
      await systemClock.delay(200);
    }
  };
  const alone = await measured(trade);
  crowd = new Crowd(served.port, 100);
  expect(await crowd.gathered()).toMatchObject({ taken: 100, refused: 0 });
  const reads = service.reads;
  const watched = await measured(trade);
  // Each change was read and told once for all; that they got them shows in what they took.
  expect(service.reads - reads).toBeLessThanOrEqual(21);
  const { bytes } = await crowd.ask();
  expect(bytes).toBeGreaterThan(100 * 20 * 1000);
  const shown = ({ p99, cpu }: typeof alone) => `p99 ${p99.toFixed(1)} ms, CPU ${cpu.toFixed(1)} %`;
  console.log(`event loop alone: ${shown(alone)}; with 100 streams: ${shown(watched)}`);
  // Where the machine itself is late, what the streams add is what counts.
  expect(watched.p99).toBeLessThan(20 + 2 * alone.p99);
});

it('of a thousand that come at once a hundred are taken, the others told why not', async () => {
  served = await serveSample();
  crowd = new Crowd(served.port, 1000);
  const said = await crowd.gathered();
  expect(said).toMatchObject({ taken: 100, refused: 900, answers: ['503 TOO_MANY_STREAMS'] });
  expect((await ask(served.port, '/api/status')).status).toBe(200);
  expect(served.bugs).toEqual([]);
  expect(served.service.listeners.size).toBe(1);
});
