/**
 * The command line: every verb with its options, and what happens to errors. A verb's code is
 * loaded when the verb is called, so that `gridd list` pays for nothing else. Never ends the
 * process itself.
 */
import { Command, CommanderError } from 'commander';
import { EXIT, GriddError } from '../contract/errors.ts';
import { findHome } from '../platform/paths.ts';
import type { Session } from './context.ts';
import { exitOfThrown, thrownJson, thrownText } from './failure.ts';
import { packageVersion } from '../platform/package-version.ts';
import { addConfigVerbs } from './program/config-verbs.ts';
import {
  addCompletionVerbs,
  addServiceVerbs,
  addSupervisorVerbs,
} from './program/machine-verbs.ts';
import { addMoneyVerbs } from './program/money-verbs.ts';
import { addPracticeVerbs } from './program/practice-verbs.ts';
import { count, many, one, selection } from './program/targets.ts';
import type { Flags, Run, TargetOptions } from './program/targets.ts';
import type { StartOptions } from './verbs/start.ts';
import type { StopOptions } from './verbs/stop.ts';

/** Runs one command line (without node and script); resolves with the exit code, never rejects. */
export async function runCli(args: readonly string[], session: Session): Promise<number> {
  let exit: number = EXIT.done;
  const program = new Command('gridd');
  const run: Run = async (verb) => {
    const { home } = program.opts<{ home?: string }>();
    exit = await verb({ ...session, home: findHome(home, session.environment, session.cwd) });
  };
  program
    .description('A supervisor and fleet for perpetual-futures grid bots.')
    .option('--home <folder>', 'home folder (GRIDD_HOME, or the nearest with config/active)')
    .version(packageVersion(), '--version', 'print the version')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.terminal.out(text),
      writeErr: (text) => session.terminal.err(text),
      outputError: () => {},
      getOutHelpWidth: () => session.terminal.columns,
      getErrHelpWidth: () => session.terminal.columns,
      getOutHasColors: () => session.terminal.colours,
      getErrHasColors: () => false,
    });
  addFleetVerbs(program, run);
  addReadingVerbs(program, run);
  addMoneyVerbs(program, run);
  addUpkeepVerbs(program, run);
  addConfigVerbs(program, run);
  addSupervisorVerbs(program, run);
  addServiceVerbs(program, run);
  addPracticeVerbs(program, run);
  addCompletionVerbs(program, run);
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.done;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const told = error instanceof CommanderError ? usageOf(error) : error;
    session.terminal.err(args.includes('--json') ? thrownJson(told) : thrownText(told));
    return exitOfThrown(told);
  }
}

function usageOf({ code, message }: CommanderError): GriddError {
  if (code === 'commander.help') return new GriddError('USAGE', 'A verb is missing.');
  const sentence = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return new GriddError('USAGE', sentence);
}

function addFleetVerbs(program: Command, run: Run): void {
  many(program.command('start'), 'config file or folder')
    .description('start instances; starts the supervisor when none runs')
    .option('--fresh', 'archive the old books and begin anew')
    .option('--yes', 'a first live start: do not ask')
    .option('--adopt', "a first live start: a position that is there becomes the grid's carry")
    .option('--ignore', 'a first live start: a position that is there stays out of the grid')
    .option('-d, --daemon', 'in the background (the default)')
    .option('--foreground', 'stay attached to one instance; Ctrl-C stops it')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: TargetOptions & StartOptions) =>
      run(async (context) => {
        const { start } = await import('./verbs/start.ts');
        return start(context, selection(ids, options), options);
      }),
    );
  many(program.command('stop'))
    .description('stop instances: cancel our orders, keep the position, unless told otherwise')
    .option('--orders <what>', 'cancel or keep the resting orders')
    .option('--position <what>', 'keep or close the position')
    .option('--timeout <seconds>', 'time before a process is killed (config: stop_timeout)')
    .option('--all-descendants', 'end what its programs started outside their process group, too')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: TargetOptions & StopOptions) =>
      run(async (context) => {
        const { stop } = await import('./verbs/stop.ts');
        return stop(context, selection(ids, options), options);
      }),
    );
  many(program.command('restart'))
    .description('restart instances, orders untouched; starts a stopped one (not with --all)')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: Flags<'json'>) =>
      run(async (context) => {
        const { restart } = await import('./verbs/restart.ts');
        return restart(context, selection(ids, options), options);
      }),
    );
  many(program.command('reload'))
    .description('take edited config files: in place, else by a restart; no id: all running')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: Flags<'json'>) =>
      run(async (context) => {
        const { reload } = await import('./verbs/reload.ts');
        return reload(context, selection(ids, options), options);
      }),
    );
  many(program.command('pause'))
    .description('place no new orders')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: Flags<'json'>) =>
      run(async (context) => {
        const { pause } = await import('./verbs/pause.ts');
        return pause(context, selection(ids, options), options);
      }),
    );
  many(program.command('resume'))
    .description('go on after a pause or a trip')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: Flags<'json'>) =>
      run(async (context) => {
        const { resume } = await import('./verbs/resume.ts');
        return resume(context, selection(ids, options), options);
      }),
    );
}

function addReadingVerbs(program: Command, run: Run): void {
  program
    .command('list')
    .description('show all instances')
    .option('--wide', 'more columns')
    .option('--watch', 'draw it again and again, with totals and what the machine has left')
    .option('--interval <seconds>', 'time between two pictures (2)')
    .option('--json', 'one JSON array')
    .action((options: Flags<'wide' | 'json' | 'watch'> & { interval?: string }) =>
      run(async (context) => {
        const { list } = await import('./verbs/list.ts');
        return list(context, options);
      }),
    );
  one(program.command('status'))
    .description('show everything about one instance')
    .option('--json', 'one JSON document')
    .action((id: string | undefined, options: Flags<'json'>) =>
      run(async (context) => {
        const { status } = await import('./verbs/status.ts');
        return status(context, selection(id, options), options);
      }),
    );
  many(program.command('logs'))
    .description('show logs, merged in time order')
    .option('-f, --follow', 'go on with what is added')
    .option('-n, --lines <count>', 'how many of the last lines (default: 100, with --since: all)')
    .option('--since <time>', 'only lines since then: 2026-01-31T12:00:00Z, or 10m, 2h, 1d ago')
    .option('--level <level>', 'only lines of this level and above')
    .option('--grep <pattern>', 'only lines that match a regular expression')
    .option('--stream <name>', 'only daemon, out or err')
    .option('--json', 'one JSON array; with -f one JSON object a line')
    .action((ids: string[], options: Flags<'follow' | 'json'> & LogFlags) =>
      run(async (context) => {
        const { logs } = await import('./verbs/logs.ts');
        const { lines: given, ...others } = options;
        const lines = given === undefined ? {} : { lines: count('--lines', given) };
        return logs(context, selection(ids, options), { ...others, ...lines });
      }),
    );
  one(program.command('fills'))
    .description('show the newest executions')
    .option('-n, --lines <count>', 'at most so many', '100')
    .option('--json', 'one JSON array')
    .action((id: string | undefined, options: Flags<'json'> & LogOptions) =>
      run(async (context) => {
        const { fills } = await import('./verbs/fills.ts');
        const limit = count('--lines', options.lines);
        return fills(context, selection(id, options), { ...options, limit });
      }),
    );
  one(program.command('orders'))
    .description('show the resting orders')
    .option('--json', 'one JSON array')
    .action((id: string | undefined, options: Flags<'json'>) =>
      run(async (context) => {
        const { orders } = await import('./verbs/orders.ts');
        return orders(context, selection(id, options), options);
      }),
    );
  one(program.command('audit'))
    .description('show which verbs were given, and how they came out')
    .option('-n, --lines <count>', 'at most so many', '100')
    .option('--since <time>', 'only since then: 2026-01-31T12:00:00Z, or 10m, 2h, 1d ago')
    .option('--json', 'one JSON array')
    .action((id: string | undefined, options: Flags<'json'> & LogOptions & { since?: string }) =>
      run(async (context) => {
        const { audit } = await import('./verbs/audit.ts');
        const limit = count('--lines', options.lines);
        return audit(context, selection(id, options), { ...options, limit });
      }),
    );
}

type LogFlags = Partial<Record<'lines' | 'since' | 'level' | 'grep' | 'stream', string>>;

interface LogOptions {
  readonly lines: string;
}

function addUpkeepVerbs(program: Command, run: Run): void {
  program
    .command('cleanup')
    .description('clear dead pids, stale pid files and locks; no living process is touched')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'one JSON array')
    .action((options: { dryRun?: boolean; json?: boolean }) =>
      run(async (context) => {
        const { cleanup } = await import('./verbs/cleanup.ts');
        return cleanup(context, options);
      }),
    );
}
