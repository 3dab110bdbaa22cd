/** The verbs about what keeps a fleet running on this machine. */
import type { Command } from 'commander';
import type { Run } from './targets.ts';

/** Adds `supervisor` and what stands below it. */
export function addSupervisorVerbs(program: Command, run: Run): void {
  const supervisor = program.command('supervisor').description('the supervisor itself');
  supervisor
    .command('run')
    .description('run in the foreground (systemd, containers)')
    .action(() =>
      run(async (context) => (await import('../verbs/supervisor.ts')).runSupervisor(context)),
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
