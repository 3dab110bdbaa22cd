/** The verbs about what keeps a fleet running on this machine. */
import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import { COMPLETE_VERB, SHELLS } from '../completion-scripts.ts';
import type { Shell } from '../completion-scripts.ts';
import type { OnTerm } from '../context.ts';
import type { Run } from './targets.ts';

/** Adds `backup`, `restore`, `token`, `alert`, `doctor`, `install` and `uninstall`. */
export function addServiceVerbs(program: Command, run: Run): void {
  addBackupVerbs(program, run);
  program
    .command('token')
    .description('print the access token of the pages; make one where there is none')
    .option('--new', 'make another one: every session ends')
    .action((options: { new?: boolean }) =>
      run(async (context) =>
        (await import('../verbs/token.ts')).token(context, { anew: options.new === true }),
      ),
    );
  program
    .command('alert')
    .description('alerts to a webhook, to Telegram, to a command (config/alerts.json)')
    .command('test')
    .description('send one to each receiver and say what came back')
    .option('--json', 'one JSON array')
    .action((options: { json?: boolean }) =>
      run(async (context) => (await import('../verbs/alert.ts')).alertTest(context, options)),
    );
  program
    .command('doctor')
    .description('look at machine, home and service, and say what to do; mends nothing')
    .option('--json', 'one JSON array')
    .action((options: { json?: boolean }) =>
      run(async (context) => (await import('../verbs/doctor.ts')).doctor(context, options)),
    );
  program
    .command('install')
    .description('run the supervisor as a systemd service that comes back after a reboot')
    .option('--system', 'only print a unit for the whole machine')
    .action((options: { system?: boolean }) =>
      run(async (context) => (await import('../verbs/install.ts')).install(context, options)),
    );
  program
    .command('uninstall')
    .description('remove the service; the bots trade on')
    .action(() => run(async (context) => (await import('../verbs/install.ts')).uninstall(context)));
}

function addBackupVerbs(program: Command, run: Run): void {
  program
    .command('backup')
    .description('copy all databases, configs and the registry, while the fleet trades')
    .argument('[folder]', 'where to (default: backups/<time> in the home)')
    .option('--with-env', 'copy .env too, with the keys in it')
    .option('--json', 'one JSON document')
    .action((folder: string | undefined, options: { withEnv?: boolean; json?: boolean }) =>
      run(async (context) =>
        (await import('../verbs/backup.ts')).backup(context, folder, options),
      ),
    );
  program
    .command('restore')
    .description('put a backup back into a home in which nothing runs; what was there is kept')
    .argument('<folder>', 'a folder that backup made')
    .option('--force', 'over books that have gone on since')
    .option('--dry-run', 'only say what differs')
    .option('--json', 'one JSON document')
    .action((folder: string, options: { force?: boolean; dryRun?: boolean; json?: boolean }) =>
      run(async (context) =>
        (await import('../verbs/backup.ts')).restore(context, folder, options),
      ),
    );
}

/** Adds `console`, `supervisor` and what stands below it. */
export function addSupervisorVerbs(program: Command, run: Run): void {
  program
    .command('console')
    .description('print where the fleet console is, and open it where there is a display')
    .option('--no-open', 'only print')
    .action((options: { open?: boolean }) =>
      run(async (context) => (await import('../verbs/console.ts')).openConsole(context, options)),
    );
  const supervisor = program.command('supervisor').description('the supervisor itself');
  supervisor
    .command('run')
    .description('run in the foreground (systemd, containers)')
    .addOption(
      new Option('--on-term <what>', 'what a signal to leave does to the bots; their orders rest')
        .choices(['keep', 'stop'])
        .default('keep'),
    )
    .action(({ onTerm }: { onTerm: OnTerm }) =>
      run(async (context) =>
        (await import('../verbs/supervisor.ts')).runSupervisor(context, onTerm),
      ),
    );
  supervisor
    .command('start')
    .description('start it in the background')
    .action(() =>
      run(async (context) => (await import('../verbs/supervisor.ts')).startSupervisor(context)),
    );
  supervisor
    .command('stop')
    .description('stop it; asks about the bots')
    .option('--keep-bots', 'the bots trade on')
    .option('--stop-bots', 'the bots end; their orders and positions stay')
    .action((options: { keepBots?: boolean; stopBots?: boolean }) =>
      run(async (context) =>
        (await import('../verbs/supervisor.ts')).stopSupervisor(context, options),
      ),
    );
  supervisor
    .command('status')
    .description('show it')
    .option('--json', 'one JSON document')
    .action((options: { json?: boolean }) =>
      run(async (context) =>
        (await import('../verbs/supervisor.ts')).supervisorStatus(context, options),
      ),
    );
}

/** Adds `completion` and the verb that its scripts ask. */
export function addCompletionVerbs(program: Command, run: Run): void {
  program
    .command('completion')
    .description('print what a shell loads to complete gridd')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) =>
      run(async (context) => (await import('../verbs/completion.ts')).completion(context, shell)),
    );
  program
    .command(COMPLETE_VERB, { hidden: true })
    .argument('[words...]')
    .action((words: string[]) =>
      run(async (context) =>
        (await import('../verbs/completion.ts')).complete(context, program, words),
      ),
    );
}
