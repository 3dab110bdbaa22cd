/**
 * The two verbs that set a position right: closing the carry, and taking the venue's position for
 * true. Both say what they will do, and do it only after a yes.
 */
import type {
  AcceptPositionAnswer,
  CloseCarryAnswer,
  StatusView,
} from '../../../contract/instance-api.ts';
import { exact } from './amount.ts';
import { post } from './api.ts';
import type { Answer } from './api.ts';
import { buttonById, byId, setClass, setText } from './dom.ts';

export class MoneyControls {
  #status: StatusView | null = null;
  #busy = false;

  constructor() {
    buttonById('close-carry').addEventListener('click', () => void this.#closeCarry());
    buttonById('accept-position').addEventListener('click', () => void this.#accept());
  }

  follow(status: StatusView): void {
    this.#status = status;
    this.#unlock();
  }

  #unlock(): void {
    const carry = this.#status?.carry ?? '0';
    buttonById('close-carry').disabled = this.#busy || carry === '0';
    buttonById('accept-position').disabled = this.#busy || this.#status === null;
  }

  async #closeCarry(): Promise<void> {
    const { carry = '0', base = '' } = this.#status ?? {};
    if (!confirm(`Close the carry of ${exact(carry)} ${base} at market?`)) return;
    const answer = await this.#ask<CloseCarryAnswer>('/api/close-carry', {});
    if (answer === null) return;
    const left = `${exact(answer.carry)} ${base}`;
    const rest = answer.pending ? `its order is under way; ${left} is left so far` : `${left} left`;
    tell(`Carry: ${exact(answer.carry_before)} before, ${rest}.`);
  }

  async #accept(): Promise<void> {
    const base = this.#status?.base ?? '';
    const path = '/api/accept-position';
    const shown = await this.#ask<AcceptPositionAnswer>(path, { dry_run: true });
    if (shown === null) return;
    const { venue, books, difference, price } = shown;
    if (difference === '0') {
      tell(`Nothing to accept: venue and books agree on ${exact(venue)} ${base}.`);
      return;
    }
    const held = `The venue holds ${exact(venue)}, the books ${exact(books)} ${base}.`;
    const asked = `Book the difference of ${exact(difference)} ${base} at ${exact(price)}?`;
    if (!confirm(`${held} ${asked}`)) return tell('Nothing was booked.');
    const answer = await this.#ask<AcceptPositionAnswer>(path, {});
    if (answer !== null) tell(`Booked ${exact(answer.difference)} ${base}.`);
  }

  async #ask<Value>(path: string, body: object): Promise<Value | null> {
    this.#busy = true;
    this.#unlock();
    const answer: Answer<Value> = await post<Value>(path, body);
    this.#busy = false;
    this.#unlock();
    if (answer.ok) return answer.value;
    tell(`${answer.error.message} ${answer.error.hint}`, 'result loss');
    return null;
  }
}

function tell(text: string, className = 'result'): void {
  setText(byId('control-result'), text);
  setClass(byId('control-result'), className);
}
