/**
 * The simulator on the command line, started by `scripts/sim.js`: `--seed S` tells one world, and
 * shrinks it when it fails; `--from A --count N --every E` plays every E-th seed and prints one
 * line of JSON for each.
 */
import { parseArgs } from 'node:util';
import { failureText, playSeed, shrunkText } from './play.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
    lines: { type: 'string', default: '60' },
    whole: { type: 'boolean', default: false },
  },
});
if (values.seed === undefined) await playMany();
else process.exitCode = await playOne(Number(values.seed), Number(values.lines));

async function playMany(): Promise<void> {
  const [from, count, every] = [Number(values.from), Number(values.count), Number(values.every)];
  for (let seed = from; seed < from + count * every; seed += every) {
    const { breach, lasted_ms, trades, restarts, faults } = await playSeed(seed);
    const line = { seed, breach, lasted_ms, trades, restarts, faults: faults.length };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

async function playOne(seed: number, lines: number): Promise<number> {
  const verdict = await playSeed(seed);
  const { breach, told, trades, restarts, faults, lasted_ms } = verdict;
  if (breach === null) {
    for (const line of told.slice(-lines)) console.log(line);
    const seconds = Math.round(lasted_ms / 1000);
    const sums = `${trades} trades, ${faults.length} faults, ${restarts} restarts`;
    console.log(`seed ${seed} is fine: ${sums} in ${seconds} simulated seconds`);
    return 0;
  }
  console.log(values.whole ? failureText(verdict, lines) : await shrunkText(verdict, lines));
  return 1;
}
