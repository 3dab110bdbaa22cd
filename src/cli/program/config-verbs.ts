/** The verbs about config files. */
import type { Command } from 'commander';
import type { NewOptions } from '../verbs/new.ts';
import { collect, one, selection } from './targets.ts';
import type { Flags, Run } from './targets.ts';

/** Adds `new`, `archive`, `unarchive`, `validate` and `check`. */
export function addConfigVerbs(program: Command, run: Run): void {
  program
    .command('new')
    .description('make a config in config/active from a template')
    .argument('[template]', 'name of a file in config/templates')
    // Not "id": completion offers the instances there are for that, and this one is to be made.
    .argument('[new-id]', 'id of the new instance')
    .option('--id <id>', 'the same as an option')
    .option('--set <path=value>', 'set a value; may be repeated', collect, [])
    .option('--json', 'one JSON document')
    .action((template: string | undefined, id: string | undefined, options: NewOptions) =>
      run(async (context) => {
        const { newConfig } = await import('../verbs/new.ts');
        return newConfig(context, { template, id }, options);
      }),
    );
  one(program.command('archive'))
    .description('retire the config of a stopped instance')
    .option('--json', 'one JSON document')
    .action((id: string | undefined, options: Flags<'json'>) =>
      run(async (context) => {
        const { archive } = await import('../verbs/archive.ts');
        return archive(context, selection(id, options), options);
      }),
    );
  program
    .command('unarchive')
    .description('bring an archived config back to config/active; it starts nothing')
    .argument('<name>', 'its id (the newest archive of it), or a file of config/archived')
    .option('--json', 'one JSON document')
    .action((name: string, options: Flags<'json'>) =>
      run(async (context) => {
        const { unarchive } = await import('../verbs/unarchive.ts');
        return unarchive(context, name, options);
      }),
    );
  program
    .command('validate')
    .description('check config files, all problems at once; without files: config/active')
    .argument('[files...]', 'config files or folders')
    .option('-c, --config <file>', 'config file or folder', collect, [])
    .option('--convert', 'print a file of the older flat format in its new form')
    .option('--json', 'one JSON array')
    .action((files: string[], options: { config: string[]; convert?: boolean; json?: boolean }) =>
      run(async (context) => {
        const { validate } = await import('../verbs/validate.ts');
        return validate(context, [...options.config, ...files], options);
      }),
    );
  one(program.command('check'))
    .description('everything of a live start but placing orders: keys, account, clock, grid')
    .option('--adopt', "as if a position that is there became the grid's carry")
    .option('--ignore', 'as if a position that is there stayed out of the grid')
    .option('--json', 'one JSON document')
    .action((id: string | undefined, options: Flags<'adopt' | 'ignore' | 'json'>) =>
      run(async (context) => {
        const { check } = await import('../verbs/check.ts');
        return check(context, selection(id, options), options);
      }),
    );
}
