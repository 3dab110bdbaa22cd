/**
 * Text from logs and files made fit to look at: control characters become visible signs, marks that
 * turn the direction of writing are named, and what is longer than anyone reads is cut.
 */

/** Longest line that is shown whole. */
export const LONGEST_SHOWN = 2000;

/** Controls and marks of format (directions, joiners), and the two separators of lines. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const KEPT = ['\t', '\n'];
/** Where the pictures of the control characters begin. */
const PICTURES = 0x2400;
const DELETE = 0x7f;
const PICTURE_OF_DELETE = '\u2421';

/** `text` with nothing in it that moves, hides or turns what stands around it. */
export function visibleText(text: string): string {
  return text.replaceAll(UNSEEN, (character) => {
    if (KEPT.includes(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(PICTURES + code);
    if (code === DELETE) return PICTURE_OF_DELETE;
    return `⟨${code.toString(16).padStart(4, '0').toUpperCase()}⟩`;
  });
}

/** The same, cut at `LONGEST_SHOWN` characters; surrogate pairs stay whole. */
export function shownText(text: string): string {
  if (text.length <= LONGEST_SHOWN) return visibleText(text);
  const cut = text.slice(0, LONGEST_SHOWN).replace(/[\ud800-\udbff]$/, '');
  return `${visibleText(cut)} … (+${text.length - cut.length})`;
}
