/** What guards the pages: the access token, when it is asked for, what a page is told of it. */

/** The variable of `.env` that holds the token. */
export const WEB_TOKEN_NAME = 'GRIDD_WEB_TOKEN';
/** Bytes of a token that `gridd token` makes. */
export const WEB_TOKEN_BYTES = 32;
/** Fewest characters of a token that is taken: 32 random bytes have 43 in base64url. */
const LEAST_LENGTH = 32;

/** The token in force; null with the sentence that says why there is none. */
export type WebToken =
  | { readonly token: string; readonly missing: null }
  | { readonly token: null; readonly missing: string };

/** Judges what `.env` holds; a token that could be guessed is none. */
export function judgeWebToken(text: string | undefined): WebToken {
  const none = (missing: string): WebToken => ({ token: null, missing });
  if (text === undefined || text === '') return none(`${WEB_TOKEN_NAME} is not set in .env`);
  if (!/^[\x21-\x7e]+$/.test(text)) return none(`${WEB_TOKEN_NAME} holds odd characters`);
  if (text.length >= LEAST_LENGTH) return { token: text, missing: null };
  return none(`${WEB_TOKEN_NAME} is shorter than ${LEAST_LENGTH} characters`);
}

/** When a server asks for the token: never, before it changes or before it shows anything. */
export type TokenNeed = 'never' | 'changes' | 'always';

/** Answer of `GET /api/session`. */
export interface SessionView {
  readonly needs_token: TokenNeed;
  readonly signed_in: boolean;
  /** Why nothing can be changed here at all, as a sentence; null: it can. */
  readonly read_only: string | null;
}
