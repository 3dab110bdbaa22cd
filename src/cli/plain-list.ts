/** Recognises `gridd list` in its plain forms; everything else is for the full parser. */
import type { ListOptions } from './verbs/list.ts';

/** Options of a plain `list [--wide] [--json]`; null when the words are anything else. */
export function plainListOptions(words: readonly string[]): ListOptions | null {
  const [verb, ...flags] = words;
  const plain = flags.every((flag) => flag === '--wide' || flag === '--json');
  if (verb !== 'list' || !plain) return null;
  return { wide: flags.includes('--wide'), json: flags.includes('--json') };
}
