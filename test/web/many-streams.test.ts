/**
 * A crowd of pages on one server: a hundred streams do not hold the event loop up, and whoever comes
 * beyond the limit is refused in words. The crowd is a process of its own, so that its work is not
 * measured.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { ask } from './http-client.ts';
import { SAMPLE_FILL, SAMPLE_LEVEL } from './sample-service.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

/** Opens streams and counts; says how many were taken and what the others were told. */
const CROWD = `
  const [port, most] = process.argv.slice(1).map(Number);
  const { request } = require('node:http');
  const said = { taken: 0, refused: 0, answers: [], bytes: 0 };
  const told = () => {
    if (said.taken + said.refused === most) console.log(JSON.stringify(said));
  };
  process.stdin.on('data', () => console.log(JSON.stringify(said)));
  for (let count = 0; count < most; count += 1) {
    const outgoing = request({ host: '127.0.0.1', port, path: '/api/events', agent: false });
    outgoing.on('response', (response) => {
      if (response.statusCode === 200) {
        response.once('data', () => ((said.taken += 1), told()));
        response.on('data', (chunk) => (said.bytes += chunk.length));
        return;
      }
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        const answer = response.statusCode + ' ' + JSON.parse(text).code;
        if (!said.answers.includes(answer)) said.answers.push(answer);
        said.refused += 1;
        told();
      });
    });
    outgoing.on('error', (error) => said.answers.push(String(error)));
    outgoing.end();
  }
`;

interface Said {
  readonly taken: number;
  readonly refused: number;
  readonly answers: readonly string[];
  readonly bytes: number;
}

let served: Served;
let crowd: ChildProcess | undefined;
afterEach(async () => {
  crowd?.kill();
  await served.server.close();
});

/** A crowd that has opened `most` streams; each call gives what it says next. */
function gather(most: number): () => Promise<Said> {
  const child = spawn(process.execPath, ['-e', CROWD, String(served.port), String(most)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  crowd = child;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return async () => JSON.parse(String((await lines.next()).value)) as Said;
}

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
  const next = gather(100);
  expect(await next()).toMatchObject({ taken: 100, refused: 0 });
  const reads = service.reads;
  const watched = await measured(trade);
  // Each change was read and told once for all; that they got them shows in what they took.
  expect(service.reads - reads).toBeLessThanOrEqual(21);
  crowd?.stdin?.write('.');
  const { bytes } = await next();
  expect(bytes).toBeGreaterThan(100 * 20 * 1000);
  const shown = ({ p99, cpu }: typeof alone) => `p99 ${p99.toFixed(1)} ms, CPU ${cpu.toFixed(1)} %`;
  console.log(`event loop alone: ${shown(alone)}; with 100 streams: ${shown(watched)}`);
  // Where the machine itself is late, what the streams add is what counts.
  expect(watched.p99).toBeLessThan(20 + 2 * alone.p99);
});

it('of a thousand that come at once a hundred are taken, the others told why not', async () => {
  served = await serveSample();
  const said = await gather(1000)();
  expect(said).toMatchObject({ taken: 100, refused: 900, answers: ['503 TOO_MANY_STREAMS'] });
  expect((await ask(served.port, '/api/status')).status).toBe(200);
  expect(served.bugs).toEqual([]);
  expect(served.service.listeners.size).toBe(1);
});
