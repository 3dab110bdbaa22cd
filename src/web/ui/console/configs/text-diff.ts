/** What differs between two configs: by key, and line by line. PURE. */

/** One key before and after, as JSON; null: it was or is not there. */
export interface KeyChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** One line of a text diff; numbers are those of the lines in each text, from 1. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  readonly before: number | null;
  readonly after: number | null;
}

/** Texts with more lines that differ are shown as wholly removed and added. */
const MOST_CELLS = 4_000_000;

/** Keys in which two values differ, in their order; lists and plain values as a whole. */
export function keyChanges(before: unknown, after: unknown): KeyChange[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((path) => ({ path, before: old.get(path) ?? null, after: now.get(path) ?? null }))
    .filter((change) => change.before !== change.after);
}

function flat(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    for (const [key, inner] of entries) flat(inner, path === '' ? key : `${path}.${key}`, into);
  } else if (path !== '') into.set(path, JSON.stringify(value));
  return into;
}

/** All lines of both texts in order. */
export function textDiff(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  const most = Math.min(a.length, b.length) - head;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const lines: DiffLine[] = [];
  for (let i = 0; i < head; i += 1) lines.push(same(a[i], i, i));
  const [midA, midB] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  for (const line of middle(midA, midB)) {
    const shift = (number: number | null) => (number === null ? null : number + head);
    lines.push({ ...line, before: shift(line.before), after: shift(line.after) });
  }
  for (let i = tail; i > 0; i -= 1) lines.push(same(a[a.length - i], a.length - i, b.length - i));
  return lines;
}

/** Lines that changed with `around` unchanged ones beside; null stands for those left out. */
export function foldSame(lines: readonly DiffLine[], around = 3): (DiffLine | null)[] {
  const near = lines.map((_, index) =>
    lines
      .slice(Math.max(0, index - around), index + around + 1)
      .some(({ kind }) => kind !== 'same'),
  );
  const shown: (DiffLine | null)[] = [];
  lines.forEach((line, index) => {
    if (near[index] === true) shown.push(line);
    else if (shown.length === 0 || shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}

/** By the longest common subsequence of lines. */
function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  const remove = (i: number) =>
    lines.push({ kind: 'removed', text: a[i] ?? '', before: i + 1, after: null });
  const add = (j: number) =>
    lines.push({ kind: 'added', text: b[j] ?? '', before: null, after: j + 1 });
  let [i, j] = [0, 0];
  if (a.length * b.length <= MOST_CELLS) {
    const width = b.length + 1;
    const longest = lengths(a, b);
    while (i < a.length && j < b.length) {
      if (a[i] === b[j]) {
        lines.push(same(a[i], i, j));
        i += 1;
        j += 1;
      } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) {
        remove(i);
        i += 1;
      } else {
        add(j);
        j += 1;
      }
    }
  }
  for (; i < a.length; i += 1) remove(i);
  for (; j < b.length; j += 1) add(j);
  return lines;
}

function lengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [down, right] = [longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0];
      longest[i * width + j] =
        a[i] === b[j] ? 1 + (longest[(i + 1) * width + j + 1] ?? 0) : Math.max(down, right);
    }
  }
  return longest;
}

function same(text: string | undefined, before: number, after: number): DiffLine {
  return { kind: 'same', text: text ?? '', before: before + 1, after: after + 1 };
}
