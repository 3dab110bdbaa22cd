/** Plays worlds from the command line: `--seed 123` tells one, `--seeds 2000` plays many. */
import { scenarioOf } from './scenario.ts';
import { playWorld } from './world.ts';

const [, , flag, value] = process.argv;
process.on('unhandledRejection', (error) => {
  if (!(error instanceof Error && error.name === 'Killed')) console.error('UNHANDLED', error);
});
if (flag === '--seed') {
  const verdict = await playWorld(scenarioOf(Number(value)), process.env.NOFAULTS ? new Set() : null);
  for (const line of verdict.told.slice(-Number(process.argv[4] ?? 100))) console.log(line);
  console.log(verdict.breach, verdict.lasted_ms, verdict.trades, verdict.restarts, verdict.faults.length);
} else {
  const began = performance.now();
  const by = new Map<string, number[]>();
  let trades = 0;
  for (let seed = 1; seed <= Number(value); seed += 1) {
    const verdict = await playWorld(scenarioOf(seed), process.env.NOFAULTS ? new Set() : null);
    trades += verdict.trades;
    const key = verdict.breach === null ? 'fine' : verdict.breach.referee + ': ' + verdict.breach.message.split('\n')[0]?.replace(/\d+/g, 'N').slice(0,110);
    by.set(key, [...(by.get(key) ?? []), seed]);
  }
  for (const [key, seeds] of [...by].sort((a, b) => b[1].length - a[1].length)) console.log(seeds.length, key, seeds.slice(0, 5).join(' '));
  console.log(`${Math.round(performance.now() - began)} ms`, trades, 'trades');
}
