/**
 * What a bot hands up from its own page: wishes to stop or panic, done exactly as those of the
 * command line, adjusts to be judged by the limit of its account, which the bot then does itself,
 * and notes for the audit, confirmed once they are on the disk.
 */
import { GriddError, errorBody } from '../contract/errors.ts';
import type { ErrorBody } from '../contract/errors.ts';
import type { AuditNote } from '../contract/history-api.ts';
import type { BotMessage } from '../contract/instance-api.ts';
import { warningsIn } from '../contract/said-codes.ts';
import type { AccountLimit, LimitWarning } from './account-limit.ts';
import type { BotConnection } from './bot-link.ts';
import { panicInstance } from './instance-panic.ts';
import { stopInstance } from './instance-stop.ts';
import type { Instance } from './instance.ts';
import { adjustAllowed } from './judged-verbs.ts';

type Wish = Extract<BotMessage, { type: 'wish' }>;
type Question = Extract<BotMessage, { type: 'judge' }>;

/** Begins what the page wants; says that, and later why where it comes to nothing. */
export function carryOutWish(instance: Instance, connection: BotConnection, wish: Wish): void {
  const { wish_id } = wish;
  const say = (thrown: unknown) =>
    connection.send({
      ...{ type: 'wish_taken', wish_id },
      error: thrown === null ? null : errorBody(thrown),
    });
  instance.log.info(`${wish.verb} asked for on its page`);
  say(null);
  const work =
    wish.verb === 'stop'
      ? stopInstance(instance, { on_stop: wish.on_stop })
      : panicInstance(instance);
  work.catch((thrown: unknown) => {
    instance.log.warn({ err: thrown }, `the ${wish.verb} asked for on its page failed`);
    if (!connection.closed) say(thrown);
  });
}

/** Says whether the limit of its account allows an adjust; never rejects. */
export async function judgeAdjust(
  limit: AccountLimit,
  instance: Instance,
  connection: BotConnection,
  { judge_id, request }: Question,
): Promise<void> {
  const say = (error: ErrorBody | null, note: LimitWarning) => {
    if (connection.closed) return;
    const { warnings, coded } = warningsIn(note === null ? [] : [note]);
    const [[warning = null], [code]] = [warnings, coded];
    const more = code === undefined ? {} : { coded: code };
    connection.send({ type: 'judged', judge_id, error, warning, ...more });
  };
  try {
    say(null, await adjustAllowed(limit, instance, request));
  } catch (thrown) {
    if (!(thrown instanceof GriddError)) instance.log.error({ err: thrown }, 'a judgement failed');
    say(errorBody(thrown), null);
  }
}

/** Writes a note of the bot down, as its own instance's, and confirms it. */
export function takeAuditNote(
  instance: Instance,
  connection: BotConnection,
  note: AuditNote,
): void {
  const { history } = instance.around;
  const { at_ms, verb, what, outcome, message, who, from, before, after, mark } = note;
  const own: AuditNote = {
    ...{ at_ms, verb, what, outcome, message, who, from, before, after, mark },
    instance: instance.id,
  };
  // One that cannot be written is not kept here: its bot says it again.
  if (history.verbNow(own)) connection.send({ type: 'audited', marks: [mark ?? ''] });
}
