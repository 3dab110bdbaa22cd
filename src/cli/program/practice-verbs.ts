/** The verbs about venues: what they can do, and one to practise on. */
import { Argument, Option } from 'commander';
import type { Command } from 'commander';
import { FACE_NAMES } from '../../exchange/sim/faces.ts';
import type { FaceName } from '../../exchange/sim/faces.ts';
import type { RecordFlags } from '../verbs/record-venue.ts';
import type { SimVenueFlags } from '../verbs/sim-venue.ts';
import { collect } from './targets.ts';
import type { Run } from './targets.ts';

/** Adds `venues` and `sim-venue`. */
export function addPracticeVerbs(program: Command, run: Run): void {
  program
    .command('venues')
    .description('what each venue that can be traded live can do')
    .argument('[name]', 'one of them, such as ccxt:okx')
    .option('--record [file]', 'asks it, without a key, for the markets that paper stands for')
    .option('--most <number>', 'records only so many, the most traded')
    .option('--base-url <address>', 'asks there instead of at the venue')
    .option('--json', 'one JSON document')
    .action((name: string | undefined, options: RecordFlags) =>
      run(async (context) => {
        if (options.record === undefined) {
          return (await import('../verbs/venues.ts')).venues(context, name, options);
        }
        const { recordVenue } = await import('../verbs/record-venue.ts');
        return recordVenue(context, name, options);
      }),
    );
  program
    .command('sim-venue')
    .description('run a venue on this machine that speaks a real one\'s protocol, to practise on')
    .addArgument(new Argument('<name>', 'the venue whose protocol it speaks').choices(FACE_NAMES))
    .option('--port <port>', 'its port; 0: any free one', '0')
    .option('--seed <number>', 'draws its markets and prices', '1')
    .option('--speed <times>', 'how fast its prices run; 0: they stand still', '1')
    .option('--account <name>', 'an account with keys of its own; may be repeated', collect, [])
    .option('--balance <amount>', 'what a new account begins with', '10000')
    .option('--symbols <number>', 'number of markets', '300')
    .option('--state <file>', 'keeps accounts, orders and prices over restarts')
    .option('--script <file>', 'commands at set times: faults, prices, maintenance')
    .addOption(
      new Option('--crossing <what>', 'what becomes of a post-only order that would cross')
        .choices(['refuse', 'expire'])
        .default('expire'),
    )
    .option('--partial-fills', 'resting orders execute in parts')
    .action((name: FaceName, options: SimVenueFlags) =>
      run(async (context) => {
        const { simVenue } = await import('../verbs/sim-venue.ts');
        return simVenue(context, name, options);
      }),
    );
}
