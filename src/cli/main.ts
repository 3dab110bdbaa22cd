/**
 * The `gridd` process: wires the terminal to the command line. The process ends when its work is
 * done; a reader that went away (a closed pipe) ends it quietly.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGE_FOLDER, findHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import { isErrno } from '../platform/json-file.ts';
import type { OnTerm, Session, Terminal } from './context.ts';
import { exitOfThrown, thrownText } from './failure.ts';
import { plainListOptions } from './plain-list.ts';

const WIDTH_WITHOUT_TERMINAL = 80;
const HEIGHT_WITHOUT_TERMINAL = 24;

function terminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    // Asked each time: a window changes its size while something is watched in it.
    get columns() {
      return stdout.isTTY ? stdout.columns : WIDTH_WITHOUT_TERMINAL;
    },
    get rows() {
      return stdout.isTTY ? stdout.rows : HEIGHT_WITHOUT_TERMINAL;
    },
    redraws: stdout.isTTY && env['TERM'] !== 'dumb',
    colours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    interactive: stdin.isTTY && stdout.isTTY,
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const lines = createInterface({ input: stdin, output: stdout });
      try {
        return (await lines.question(question)).trim();
      } finally {
        lines.close();
      }
    },
    onInterrupt(fn) {
      process.on('SIGINT', fn);
      return () => process.off('SIGINT', fn);
    },
  };
}

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

/**
 * `gridd list` is typed all day and stands in every monitor: its plain forms go without the parser
 * of the command line, which costs more than the list itself.
 */
async function perform(words: readonly string[]): Promise<number> {
  const plain = plainListOptions(words);
  if (plain === null) {
    const { runCli } = await import('./program.ts');
    return runCli(words, session);
  }
  const { list } = await import('./verbs/list.ts');
  try {
    const home = findHome(undefined, session.environment, session.cwd);
    return await list({ ...session, home }, plain);
  } catch (error) {
    session.terminal.err(thrownText(error));
    return exitOfThrown(error);
  }
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (!isErrno(error, 'EPIPE')) throw error;
    if (!takenOver) process.exit(0);
  });
}
const session: Session = {
  terminal: terminal(),
  cwd: process.cwd(),
  environment: process.env,
  becomeSupervisor,
};
const exit = await perform(process.argv.slice(2));
// A supervisor that has taken over says itself how it ends. An answer still awaited (a stop left to
// the supervisor) must not hold the terminal; what was said is out: pipes are synchronous here.
if (!takenOver) process.exit(exit);
