/**
 * The question before an instance trades live for the first time: what its grid would hold and risk
 * on the account as it is now. Asked at a terminal, answered by --yes elsewhere; the answer goes
 * with the start.
 */
import { GriddError } from '../../contract/errors.ts';
import type { LiveStart } from '../../contract/instance-api.ts';
import { refuseExposedEnv } from '../../registry/index.ts';
import type { LoadedConfig } from '../../registry/index.ts';
import { confirmed } from '../confirm.ts';
import type { Context } from '../context.ts';
import { usage } from '../select.ts';
import { gridText } from './check-text.ts';
import { checkLive, isFirstLive } from './live-check.ts';
import type { PositionChoice } from './live-check.ts';

/** What the user gave on the command line. */
export interface LiveStartOptions {
  readonly fresh?: boolean;
  readonly yes?: boolean;
  readonly adopt?: boolean;
  readonly ignore?: boolean;
}

/**
 * What is said to the first live starts among `loaded`; null: there is nothing to say. Rejects with
 * ANSWER_NEEDED, or with what would refuse the start.
 */
export async function liveStart(
  context: Context,
  loaded: readonly LoadedConfig[],
  options: LiveStartOptions,
): Promise<LiveStart | null> {
  const position = choiceOf(options);
  const { fresh = false, yes = false } = options;
  const live = loaded.filter(
    ({ config, program }) => config.exchange_config.mode === 'live' && program === null,
  );
  for (const one of live) refuseExposedEnv(context.home, one);
  const first = live.filter((one) => fresh || isFirstLive(one));
  if (first.length === 0) return position === null ? null : { confirmed: false, position };
  if (!yes && !context.terminal.interactive) {
    const ids = first.map(({ id }) => id).join(', ');
    throw new GriddError('ANSWER_NEEDED', `This is the first live start of ${ids}.`, {
      hint: '`gridd check ID` shows what it would hold; --yes starts it without a question.',
    });
  }
  for (const one of yes ? [] : first) await ask(context, one, position);
  return { confirmed: true, position };
}

/** What --adopt and --ignore say; both together are USAGE. */
export function choiceOf(options: Pick<LiveStartOptions, 'adopt' | 'ignore'>): PositionChoice {
  const { adopt = false, ignore = false } = options;
  if (adopt && ignore) throw usage('--adopt and --ignore exclude each other.');
  if (adopt) return 'adopt';
  return ignore ? 'ignore' : null;
}

async function ask(context: Context, loaded: LoadedConfig, choice: PositionChoice): Promise<void> {
  const { report, error } = await checkLive(context, loaded, { first: true, choice });
  if (error !== null) throw GriddError.fromBody(error);
  const { terminal } = context;
  terminal.draw(gridText(context, report));
  for (const { name, verdict, found, advice } of report.findings) {
    if (verdict === 'warn') terminal.out(`warning: ${name}: ${found} ${advice}`.trimEnd() + '\n');
  }
  const question = `Start ${loaded.id} with real money on ${report.venue}?`;
  if (await confirmed(context, question)) return;
  throw new GriddError('ANSWER_NEEDED', 'Nothing was done: the answer was not yes.', {
    hint: `\`gridd start ${loaded.id} --yes\` does not ask.`,
  });
}
