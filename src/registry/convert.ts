/** `gridd validate --convert`: the older flat format as four-part JSON text. It writes no file. */
import { GriddError } from '../contract/errors.ts';
import { isFlat, toFourParts } from './flat-format.ts';
import { isRecord, parseJsonc } from './jsonc-text.ts';

/**
 * Four-part JSON text of flat config text; comments are not carried over. Throws CONFIG_SYNTAX, or
 * CONFIG_INVALID when the text is not in the flat format. `file` only names it in errors.
 */
export function convertFlat(text: string, file: string): string {
  const value = parseJsonc(text, file);
  if (!isRecord(value) || !isFlat(value)) {
    const hint = 'Nothing to convert: a file with the four parts is read as it is.';
    throw new GriddError('CONFIG_INVALID', `${file} is not in the older flat format.`, { hint });
  }
  return `${JSON.stringify(toFourParts(value), null, 2)}\n`;
}
