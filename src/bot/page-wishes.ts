/**
 * Stop and panic from the bot's own page: asked of the supervisor, which performs them as for the
 * command line, so that its record, the process and the audit agree. The receipt is the bot's own;
 * it is answered before the page's server closes.
 */
import { GriddError } from '../contract/errors.ts';
import type { BotWish, StopReceipt } from '../contract/instance-api.ts';
import type { Cancel, Clock } from '../platform/clock.ts';

/** The supervisor as the page needs it. */
export interface WishDoor {
  readonly connected: boolean;
  /**
   * Says a wish; `taken` is told whether it is carried out (null) or why not. Not told at all: the
   * supervisor knows no wishes, or is gone.
   */
  wish(wish: BotWish, taken: (error: GriddError | null) => void): void;
}

/** A supervisor that knows wishes says so within this time; the stop itself may take longer. */
const TAKEN_MS = 5000;
/** So long a stop or panic may take before whoever asked is told that it is not known. */
const LONGEST_MS = 180_000;
/** So long the end of a bot waits for its answers to go out. */
const ANSWER_MS = 2000;

interface Waiting {
  readonly resolve: (receipt: StopReceipt) => void;
  readonly reject: (error: GriddError) => void;
  cancel: Cancel;
}

export class PageWishes {
  readonly #id: string;
  readonly #door: WishDoor;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  /** Receipts on their way to pages. */
  #unanswered = 0;
  #allAnswered: () => void = () => undefined;

  constructor(id: string, door: WishDoor, clock: Clock) {
    this.#id = id;
    this.#door = door;
    this.#clock = clock;
  }

  /** Resolves with the receipt; SUPERVISOR_NOT_RUNNING, SUPERVISOR_UNREACHABLE, or its refusal. */
  ask(wish: BotWish): Promise<StopReceipt> {
    if (!this.#door.connected) {
      const message = `No supervisor looks after ${this.#id}: nothing was done.`;
      return Promise.reject(new GriddError('SUPERVISOR_NOT_RUNNING', message, this.#hint(wish)));
    }
    return new Promise((resolve, reject) => {
      const late = new GriddError(
        'SUPERVISOR_UNREACHABLE',
        `The supervisor does not answer to a ${wish.verb} from the page; it may be an older one.`,
        this.#hint(wish),
      );
      const mine: Waiting = { resolve, reject, cancel: () => undefined };
      mine.cancel = this.#clock.after(TAKEN_MS, () => this.#end(mine, late), 'idle');
      this.#waiting.add(mine);
      this.#door.wish(wish, (error) => {
        mine.cancel();
        if (error !== null) return this.#end(mine, error);
        // Its supervisor may die over it: whoever asked is not left waiting for ever.
        mine.cancel = this.#clock.after(LONGEST_MS, () => this.#end(mine, late), 'idle');
      });
    });
  }

  /** The bot has made a receipt: whoever waits gets it. */
  receipt(receipt: StopReceipt): void {
    for (const { resolve, cancel } of this.#waiting) {
      cancel();
      this.#unanswered += 1;
      resolve(receipt);
    }
    this.#waiting.clear();
  }

  /** The stop or panic that was asked for came to nothing. */
  failed(error: GriddError): void {
    for (const waiting of this.#waiting) this.#end(waiting, error);
  }

  /** One receipt has gone out, or its asker has. */
  answered(): void {
    if (this.#unanswered > 0) this.#unanswered -= 1;
    if (this.#unanswered === 0) this.#allAnswered();
  }

  /** Resolves when every receipt has gone out, or that takes too long. */
  allAnswered(): Promise<void> {
    if (this.#unanswered === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#allAnswered = resolve;
      this.#clock.after(ANSWER_MS, resolve, 'idle');
    });
  }

  #end(waiting: Waiting, error: GriddError): void {
    if (!this.#waiting.delete(waiting)) return;
    waiting.cancel();
    waiting.reject(error);
  }

  #hint({ verb }: BotWish): { hint: string } {
    return { hint: `\`gridd ${verb} ${this.#id}\` starts a supervisor where none runs.` };
  }
}
