/** What somebody does on the bot's page: performed, and noted for the audit with who it was. */
import type { Actor } from '../contract/history-api.ts';
import { errorBody } from '../contract/errors.ts';
import { withNotes } from '../contract/said-codes.ts';
import type {
  AcceptPositionRequest,
  AdjustAnswer,
  AdjustRequest,
  InstanceActions,
  StatusView,
  StopReceipt,
} from '../contract/instance-api.ts';
import type { OnStop } from '../contract/trading.ts';
import type { Clock } from '../platform/clock.ts';
import type { AuditOutbox } from './audit-outbox.ts';
import type { PageJudge } from './page-judge.ts';
import type { PageWishes } from './page-wishes.ts';

/** The instance itself, moved by whoever. */
export interface Moved extends Omit<InstanceActions, 'stop' | 'panic' | 'answered'> {
  status(): StatusView;
  /** Whether an adjust under this key has its answer: then it is not judged anew. */
  isAnswered(key: string): boolean;
}

export interface ActionParts {
  readonly moved: Moved;
  readonly outbox: AuditOutbox;
  readonly wishes: PageWishes;
  readonly judge: PageJudge;
  readonly clock: Clock;
}

/** The actions as `actor` does them. */
export function pageActions(parts: ActionParts, actor: Actor): InstanceActions {
  const { moved, outbox, wishes, judge, clock } = parts;
  const note = (verb: string, asked: unknown, outcome: Outcome, change: Change = UNCHANGED) =>
    outbox.note({
      ...{ at_ms: clock.now(), verb, what: JSON.stringify(asked), outcome: outcome.code },
      ...{ message: outcome.message.slice(0, 1000), ...actor, ...change },
    });
  const noted = async <T>(
    verb: string,
    asked: unknown,
    work: () => Promise<T>,
    told: (answer: T) => Told = () => ({ message: '' }),
  ): Promise<T> => {
    try {
      const answer = await work();
      const { code = 'ok', message, change } = told(answer);
      note(verb, asked, { code, message }, change);
      return answer;
    } catch (thrown) {
      note(verb, asked, errorBody(thrown));
      throw thrown;
    }
  };
  const judgedAdjust = async (request: AdjustRequest, key: string | null) => {
    const answered = key !== null && moved.isAnswered(key);
    const warning = answered ? null : await judge.ask(request);
    const answer = await moved.adjust(request, key);
    return withNotes(answer, warning === null ? [] : [warning]);
  };
  return {
    adjust: (request: AdjustRequest, key: string | null) => {
      if (request.dry_run === true) return moved.adjust(request, key);
      const before = gridText(moved.status());
      return noted('adjust', request, () => judgedAdjust(request, key), (answer) => ({
        message: '',
        change: answer.applied ? { before, after: gridText(answer) } : UNCHANGED,
      }));
    },
    pause: () => noted('pause', {}, () => moved.pause()),
    resume: () => noted('resume', {}, () => moved.resume()),
    closeCarry: () => noted('close-carry', {}, () => moved.closeCarry()),
    acceptPosition: (request: AcceptPositionRequest) => {
      const work = () => moved.acceptPosition(request);
      return request.dry_run === true ? work() : noted('accept-position', request, work);
    },
    stop: (on_stop: Partial<OnStop>) =>
      noted('stop', { on_stop }, () => wishes.ask({ verb: 'stop', on_stop }), receiptWords),
    panic: () => noted('panic', {}, () => wishes.ask({ verb: 'panic' }), receiptWords),
    answered: () => wishes.answered(),
  };
}

interface Outcome {
  readonly code: string;
  readonly message: string;
}

interface Change {
  readonly before: string | null;
  readonly after: string | null;
}

/** What is said of an answer; `code` absent: ok. */
interface Told {
  readonly code?: string;
  readonly message: string;
  readonly change?: Change;
}

const UNCHANGED: Change = { before: null, after: null };

/** A close that left something is no success. */
function receiptWords(receipt: StopReceipt): Told {
  const { orders_cancelled: gone, orders_left: left, position, why_not_flat: why } = receipt;
  const message = `${gone} orders cancelled, ${left} left, position ${position}`;
  return why === undefined ? { message } : { code: 'NOT_FLAT', message: `${message}: ${why}` };
}

type Grid = Pick<StatusView & AdjustAnswer, 'lower' | 'upper' | 'grids' | 'quantity_per_grid'>;

function gridText({ lower, upper, grids, quantity_per_grid }: Grid): string {
  return JSON.stringify({ lower, upper, grids, quantity_per_grid });
}
