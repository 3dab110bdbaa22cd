/**
 * The few ways in which the page touches the document. Text goes in as text only: nothing here, and
 * so nothing on the page, can turn a name or a message into markup.
 */

/** The element with this id; it is part of the page's own HTML. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** The input field with this id. */
export function inputById(id: string): HTMLInputElement {
  const element = byId(id);
  if (!(element instanceof HTMLInputElement)) throw new Error(`#${id} is no input`);
  return element;
}

/** The button with this id. */
export function buttonById(id: string): HTMLButtonElement {
  const element = byId(id);
  if (!(element instanceof HTMLButtonElement)) throw new Error(`#${id} is no button`);
  return element;
}

/** Sets text, and touches the document only when it differs. */
export function setText(element: HTMLElement, text: string, title = ''): void {
  if (element.textContent !== text) element.textContent = text;
  if (element.title !== title) element.title = title;
}

/** Sets the whole class attribute, and touches the document only when it differs. */
export function setClass(element: HTMLElement, names: string): void {
  if (element.className !== names) element.className = names;
}

/** A new element with class and text. */
export function make(tag: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}

/**
 * Keeps `parent`'s children one per item, in order, and reuses the element of a key: the scroll
 * position and a selection survive an update.
 */
export class KeyedRows<Item> {
  readonly #parent: HTMLElement;
  readonly #create: () => HTMLElement;
  readonly #update: (row: HTMLElement, item: Item) => void;
  #rows = new Map<string, HTMLElement>();

  constructor(
    parent: HTMLElement,
    create: () => HTMLElement,
    update: (row: HTMLElement, item: Item) => void,
  ) {
    this.#parent = parent;
    this.#create = create;
    this.#update = update;
  }

  /** Shows `items`; `key` tells which row an item had before. */
  show(items: readonly Item[], key: (item: Item) => string): void {
    const kept = new Map<string, HTMLElement>();
    for (const item of items) {
      const name = key(item);
      const row = this.#rows.get(name) ?? this.#create();
      this.#update(row, item);
      kept.set(name, row);
    }
    for (const [name, row] of this.#rows) if (kept.get(name) !== row) row.remove();
    let at = this.#parent.firstElementChild;
    for (const row of kept.values()) {
      if (row === at) at = at.nextElementSibling;
      else this.#parent.insertBefore(row, at);
    }
    this.#rows = kept;
  }
}

/** A table row with one cell per class name. */
export function makeRow(cells: readonly string[]): HTMLElement {
  const row = make('tr');
  for (const className of cells) row.append(make('td', className));
  return row;
}

/** Cell number `index` of a row made by `makeRow`. */
export function cellOf(row: HTMLElement, index: number): HTMLElement {
  const cell = row.children[index];
  if (!(cell instanceof HTMLElement)) throw new Error(`the row has no cell ${index}`);
  return cell;
}
