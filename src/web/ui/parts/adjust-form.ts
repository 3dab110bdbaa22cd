/**
 * The form that adjusts the grid. Only numbers that were previewed can be applied: any change of a
 * field locks Apply again. A repeated Apply of one preview carries the same key, so it acts once.
 */
import type { AdjustAnswer, AdjustRequest, StatusView } from '../../../contract/instance-api.ts';
import { exact, money } from './amount.ts';
import { newKey, post } from './api.ts';
import type { Failure } from './api.ts';
import { buttonById, byId, inputById, make, setClass } from './dom.ts';
import { liquidationWords, nearestWords } from './risk-words.ts';

const FIELDS = ['lower', 'upper', 'grids', 'quantity', 'investment'] as const;
type Field = (typeof FIELDS)[number];
type Values = Record<Field, string>;

const NAMES: Readonly<Record<string, Field>> = {
  grid_lower_price: 'lower',
  grid_upper_price: 'upper',
  grid_num: 'grids',
  order_quantity: 'quantity',
  investment: 'investment',
};

/** A figure above the form is called investment, too. */
function fieldOf(field: Field): HTMLInputElement {
  return inputById(field === 'investment' ? 'investment-field' : field);
}

/** The form on the page; `follow` takes each status, so that untouched fields show the grid. */
export class AdjustForm {
  #status: StatusView | null = null;
  #touched = false;
  #busy = false;
  #previewed: { values: Values; key: string } | null = null;

  constructor() {
    for (const field of FIELDS) fieldOf(field).addEventListener('input', () => this.#onInput());
    byId('adjust').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#preview();
    });
    buttonById('apply').addEventListener('click', () => void this.#apply());
    buttonById('reset').addEventListener('click', () => this.#reset());
  }

  follow(status: StatusView): void {
    this.#status = status;
    if (!this.#touched && !this.#busy) this.#fill(status);
  }

  #fill(status: StatusView): void {
    const present: Values = {
      lower: status.lower,
      upper: status.upper,
      grids: String(status.grids),
      quantity: status.quantity_per_grid,
      investment: '',
    };
    for (const field of FIELDS) {
      const input = fieldOf(field);
      if (input.value !== present[field]) input.value = present[field];
      input.removeAttribute('aria-invalid');
    }
  }

  #onInput(): void {
    this.#touched = true;
    this.#unlock();
  }

  #reset(): void {
    this.#touched = false;
    this.#previewed = null;
    if (this.#status !== null) this.#fill(this.#status);
    showLines('', []);
    this.#unlock();
  }

  #values(): Values {
    const read = (field: Field) => fieldOf(field).value.trim().replace(',', '.');
    return {
      ...{ lower: read('lower'), upper: read('upper'), grids: read('grids') },
      ...{ quantity: read('quantity'), investment: read('investment') },
    };
  }

  #isPreviewed(): boolean {
    const values = this.#values();
    const previewed = this.#previewed?.values;
    return previewed !== undefined && FIELDS.every((field) => previewed[field] === values[field]);
  }

  #unlock(): void {
    buttonById('apply').disabled = this.#busy || !this.#isPreviewed();
    buttonById('preview').disabled = this.#busy;
  }

  async #preview(): Promise<void> {
    const values = this.#values();
    this.#touched = true;
    this.#previewed = null;
    const answer = await this.#send(values, true, '');
    if (answer === null) return;
    if (!answer.unchanged) this.#previewed = { values, key: newKey() };
    this.#unlock();
    if (answer.unchanged) showLines('These are the present numbers: nothing would change.', []);
    else showLines('This would happen:', diffWords(answer, this.#status));
  }

  async #apply(): Promise<void> {
    if (this.#previewed === null || !this.#isPreviewed() || this.#busy) return;
    const { values, key } = this.#previewed;
    const answer = await this.#send(values, false, key);
    if (answer === null) return;
    this.#touched = false;
    this.#previewed = null;
    this.#unlock();
    showLines(appliedWords(answer), answer.warnings);
  }

  async #send(values: Values, dryRun: boolean, key: string): Promise<AdjustAnswer | null> {
    this.#busy = true;
    this.#unlock();
    const answer = await post<AdjustAnswer>(
      '/api/grid/adjust',
      requestOf(values, this.#status, dryRun),
      key,
    );
    this.#busy = false;
    this.#unlock();
    const failure = answer.ok ? null : answer.error;
    markFields(failure);
    if (answer.ok) return answer.value;
    showFailure(answer.error);
    return null;
  }
}

/** A field that is empty, or a size that stands as it is, changes nothing and is not sent. */
function requestOf(values: Values, status: StatusView | null, dryRun: boolean): AdjustRequest {
  const { lower, upper, grids, quantity, investment } = values;
  const resized = quantity !== '' && quantity !== status?.quantity_per_grid;
  return {
    ...(lower === '' ? {} : { grid_lower_price: lower }),
    ...(upper === '' ? {} : { grid_upper_price: upper }),
    ...(grids === '' ? {} : { grid_num: Number(grids) }),
    ...(resized ? { order_quantity: quantity } : {}),
    ...(investment === '' ? {} : { investment }),
    dry_run: dryRun,
  };
}

function diffWords(answer: AdjustAnswer, status: StatusView | null): string[] {
  const base = status?.base ?? '';
  const { min, max } = answer.profit_per_grid;
  const lines = [
    `${answer.grids} grids from ${exact(answer.lower)} to ${exact(answer.upper)}, ` +
      `${exact(answer.quantity_per_grid)} ${base} each.`,
    `Orders: ${answer.orders_kept} kept, ${answer.orders_cancelled} cancelled, ` +
      `${answer.orders_placed} placed.`,
    `Profit per grid after fees: ${money(min, 3)} … ${money(max, 3)} %.`,
  ];
  if (answer.parcels_moved > 0) {
    lines.push(`Parcels moved to other grids: ${answer.parcels_moved}.`);
  }
  if (!isNothing(answer.carry)) {
    lines.push(`Position that fits no grid (carry): ${exact(answer.carry)} ${base}.`);
  }
  if (!isNothing(answer.market_trade)) {
    lines.push(`Traded at market: ${exact(answer.market_trade)} ${base}.`);
  }
  const { liquidation } = answer;
  if (liquidation !== undefined) {
    const near = liquidation.nearest_percent === null ? '' : `, ${nearestWords(answer)}`;
    lines.push(`Liquidation: ${liquidationWords(answer)}${near}.`);
  }
  return [...lines, ...answer.warnings];
}

function appliedWords(answer: AdjustAnswer): string {
  if (answer.unchanged) return 'These are the present numbers: nothing was changed.';
  if (answer.converged) return 'Applied; every order is in place.';
  const noun = answer.pending === 1 ? 'order is' : 'orders are';
  return `Applied; ${answer.pending} ${noun} still to be placed or cancelled.`;
}

function isNothing(amount: string): boolean {
  return /^-?[0.]*$/.test(amount);
}

function markFields(failure: Failure | null): void {
  for (const field of FIELDS) fieldOf(field).removeAttribute('aria-invalid');
  for (const problem of failure?.problems ?? []) {
    const field = NAMES[problem.path];
    if (field !== undefined) fieldOf(field).setAttribute('aria-invalid', 'true');
  }
}

function showFailure(failure: Failure): void {
  const problems = (failure.problems ?? []).map(({ path, message }) => {
    const field = NAMES[path];
    return field === undefined ? `${path}: ${message}` : `${labelOf(field)} ${message}`;
  });
  showLines(failure.message, problems, failure.hint);
}

function labelOf(field: Field): string {
  if (field === 'quantity') return 'Size per grid';
  return `${field[0]?.toUpperCase()}${field.slice(1)}`;
}

/** One sentence, a list, and for failures a hint. */
function showLines(sentence: string, lines: readonly string[], hint: string | null = null): void {
  const box = byId('adjust-result');
  setClass(box, hint === null ? 'answer' : 'answer failed');
  box.replaceChildren();
  if (sentence !== '') box.append(make('p', '', sentence));
  if (lines.length > 0) {
    const list = make('ul');
    list.append(...lines.map((line) => make('li', '', line)));
    box.append(list);
  }
  if (hint !== null) box.append(make('p', 'hint', hint));
}
