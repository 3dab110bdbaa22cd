/**
 * The `gridd` process: wires the terminal to the command line. The process ends when its work is
 * done; a reader that went away (a closed pipe) ends it quietly.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keepOthersFromWriting } from '../platform/umask.ts';
import { PACKAGE_FOLDER } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { lastWords, processTerminal } from '../platform/terminal.ts';
import type { OnTerm } from './context.ts';
import { outputFault, thrownJson, thrownText } from './failure.ts';
import { runCli } from './program.ts';

let takenOver = false;

/**
 * The supervisor's own entry point takes this process over: one process for systemd, no wrapper.
 */
async function becomeSupervisor(home: Home, onTerm: OnTerm): Promise<void> {
  const main = join(PACKAGE_FOLDER, 'dist', 'daemon', 'main.js');
  const words = ['--home', home.folder, '--on-term', onTerm];
  process.argv.splice(1, process.argv.length, main, ...words);
  await import(pathToFileURL(main).href);
  takenOver = true;
}

keepOthersFromWriting();
const words = process.argv.slice(2);

function endOutput(fault: Error | null): void {
  if (takenOver) return;
  if (fault === null) process.exit(0);
  const told = outputFault(fault);
  lastWords(words.includes('--json') ? thrownJson(told) : thrownText(told));
  process.exit(told.exit);
}

const exit = await runCli(words, {
  terminal: processTerminal(endOutput),
  cwd: process.cwd(),
  environment: process.env,
  becomeSupervisor,
});
// A supervisor that has taken over says itself how it ends. An answer still awaited (a stop left to
// the supervisor) must not hold the terminal, but what was said goes out: a slow reader of a long
// document would get a part of it. A write that failed is heard of a moment after its callback.
const end = () => setImmediate(() => process.exit(exit));
if (!takenOver) process.stdout.write('', () => process.stderr.write('', end));
