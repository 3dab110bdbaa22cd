/**
 * Whether the limit of its account allows an adjust from the bot's own page. Only the supervisor
 * knows what else trades on the account: it is asked, and refuses in its own words. Where none
 * judges, an adjust is allowed with a warning, as everywhere that a limit cannot be judged.
 */
import type { GriddError } from '../contract/errors.ts';
import type { AdjustRequest } from '../contract/instance-api.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import type { Clock } from '../platform/clock.ts';

/** What a supervisor says of an adjust: why it is refused, or a warning; both null: allowed. */
export interface Judgement {
  readonly error: GriddError | null;
  readonly warning: Note | null;
}

/** The supervisor as a judge. */
export interface JudgeDoor {
  readonly connected: boolean;
  /** Asks; `judged` is not told where the supervisor knows no such question, or is gone. */
  judge(request: AdjustRequest, judged: (judgement: Judgement) => void): void;
}

export interface PageJudgeParts {
  /** Absent: there is none. */
  readonly supervisor?: JudgeDoor;
  readonly clock: Clock;
  /** `max_account_loss` of its own config as text; null: it says none. */
  readonly limit: () => string | null;
}

/** A supervisor that judges says so within this time. */
const JUDGED_MS = 5000;

export class PageJudge {
  readonly #parts: PageJudgeParts;

  constructor(parts: PageJudgeParts) {
    this.#parts = parts;
  }

  /** Resolves with a warning for the answer, or null; rejects with ACCOUNT_LOSS. */
  async ask(request: AdjustRequest): Promise<Note | null> {
    const { supervisor } = this.#parts;
    if (supervisor === undefined || !supervisor.connected) {
      return this.#notJudged(say('no_supervisor_here'));
    }
    const judgement = await this.#asked(supervisor, request);
    if (judgement === null) return this.#notJudged(say('supervisor_silent'));
    if (judgement.error !== null) throw judgement.error;
    return judgement.warning;
  }

  #asked(supervisor: JudgeDoor, request: AdjustRequest): Promise<Judgement | null> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(JUDGED_MS, () => resolve(null), 'idle');
      supervisor.judge(request, (judgement) => {
        cancel();
        resolve(judgement);
      });
    });
  }

  #notJudged(why: Said): Note | null {
    const limit = this.#parts.limit();
    return limit === null ? null : codedSaid(say('adjust_not_judged', { limit, why }));
  }
}
