/**
 * A process that restores a backup and is killed before one of its steps on the home's files: argv is the
 * home, the backup, the step's number (0: none). It prints how many steps there were.
 */
import { writeFileSync } from 'node:fs';
import { runCli } from '../../src/cli/program.ts';
import { killBeforeStep } from '../fixtures/file-steps.ts';

const [home = '', folder = '', killedAt = '0'] = process.argv.slice(2);
const steps = killBeforeStep(Number(killedAt), home);
await runCli(['--home', home, 'restore', folder, '--force'], {
  terminal: {
    out: () => undefined,
    draw: () => undefined,
    err: (text) => process.stderr.write(text),
    columns: 80,
    rows: 24,
    redraws: false,
    colours: false,
    interactive: false,
    ask: () => Promise.reject(new Error('nobody is asked')),
    onInterrupt: () => () => undefined,
  },
  cwd: home,
  environment: {},
  becomeSupervisor: () => Promise.reject(new Error('no supervisor in tests')),
});
writeFileSync(1, `${steps()}\n`);
