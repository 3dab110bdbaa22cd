/** The verbs about the money of an instance: moving its grid, closing, and what became of it. */
import type { Command } from 'commander';
import type { AcceptPositionOptions } from '../verbs/accept-position.ts';
import type { AdjustOptions } from '../verbs/adjust.ts';
import type { PanicOptions } from '../verbs/panic.ts';
import { count, many, one, selection } from './targets.ts';
import type { Flags, Run, TargetOptions } from './targets.ts';

/** Adds `panic`, `adjust`, `close-carry`, `accept-position` and `receipts`. */
export function addMoneyVerbs(program: Command, run: Run): void {
  addClosingVerbs(program, run);
  one(program.command('adjust'))
    .description('move the lines of a running grid, or change its size')
    .option('--lower <price>', 'lowest line')
    .option('--upper <price>', 'highest line')
    .option('--grids <number>', 'number of grids')
    .option('--quantity <size>', 'size per grid')
    .option('--investment <amount>', 'size the grid anew from this much quote currency')
    .option('--position <what>', 'carry (default) or rebalance at market')
    .option('--dry-run', 'only show what would happen')
    .option('--save', 'write the values into the config file too')
    .option('--json', 'one JSON document')
    .action((id: string | undefined, options: TargetOptions & AdjustOptions) =>
      run(async (context) => {
        const { adjust } = await import('../verbs/adjust.ts');
        return adjust(context, selection(id, options), options);
      }),
    );
  one(program.command('receipts'))
    .description('show what each stop, end or day did to the account')
    .option('--by <series>', 'stop (stops and ends) or day (UTC)', 'stop')
    .option('-n, --lines <count>', 'at most so many', '30')
    .option('--json', 'one JSON array')
    .option('--csv', 'comma-separated values with a line of names')
    .action((id: string | undefined, options: Flags<'json' | 'csv'> & ReceiptFlags) =>
      run(async (context) => {
        const { receipts } = await import('../verbs/receipts.ts');
        const limit = count('--lines', options.lines);
        return receipts(context, selection(id, options), { ...options, limit });
      }),
    );
}

interface ReceiptFlags {
  readonly lines: string;
  readonly by: string;
}

function addClosingVerbs(program: Command, run: Run): void {
  many(program.command('panic'))
    .description('cancel all orders and close the position now, also of stopped instances')
    .option('--yes', 'do not ask (without a terminal nobody is asked)')
    .option('--json', 'one JSON document')
    .action((ids: string[], options: TargetOptions & PanicOptions) =>
      run(async (context) => {
        const { panic } = await import('../verbs/panic.ts');
        return panic(context, selection(ids, options), options);
      }),
    );
  one(program.command('close-carry'))
    .description('close at market what an adjust left without a grid')
    .option('--json', 'one JSON document')
    .action((id: string | undefined, options: Flags<'json'>) =>
      run(async (context) => {
        const { closeCarry } = await import('../verbs/close-carry.ts');
        return closeCarry(context, selection(id, options), options);
      }),
    );
  one(program.command('accept-position'))
    .description("take the venue's position for true where the books differ; shows and asks first")
    .option('--dry-run', 'only show the difference')
    .option('--yes', 'book it without a question')
    .option('--json', 'one JSON document')
    .action((id: string | undefined, options: TargetOptions & AcceptPositionOptions) =>
      run(async (context) => {
        const { acceptPosition } = await import('../verbs/accept-position.ts');
        return acceptPosition(context, selection(id, options), options);
      }),
    );
}
