/**
 * Config text as it may be shown: what is or may be a secret is masked, in values and in comments,
 * the rest stays as typed. A mask that comes back stands for the secret at the same place of the
 * text it was made from, and for nothing elsewhere.
 */
import { visit } from 'jsonc-parser';
import type { Problem } from '../contract/errors.ts';
import { SECRET_NAMES } from '../contract/venues.ts';
import { isFlat } from './flat-format.ts';
import { isRecord, parseJsonc } from './jsonc-text.ts';
import { partOf, schemaAt } from './schema-words.ts';

/** What stands in place of a secret value; in a comment a number follows. */
export const MASK = '********';

/** A secret in a text. `place`: where it stands, the same in both formats of a config. */
interface Secret {
  readonly offset: number;
  readonly length: number;
  readonly place: string;
}

interface Comment {
  readonly offset: number;
  readonly text: string;
}

/** A value that is neither object nor list. */
interface Literal {
  readonly offset: number;
  readonly length: number;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
}

/** A variable and nothing else: its name is no secret. */
const ONE_VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;
const TELLING = 'key|secret|token|pass|private|credential';
const SECRET_FLAG = new RegExp(`^--?[\\w-]*(${TELLING})[\\w-]*`, 'i');
// Every repetition is bounded: a text of one long word must not take seconds.
const URL_WITH_PASSWORD = /\/\/[^\s/@:]{0,256}:[^\s/@]{1,256}@/;
/** In comments: what follows a telling name, a password in an address, what looks like a key. */
const IN_COMMENTS = [
  new RegExp(
    `(?:${TELLING})\\w{0,40}["']?\\s{0,20}[:=]\\s{0,20}` +
      `("(?:[^"\\\\\\n]|\\\\.)*"|'[^'\\n]*'|[^\\s,;]+)`,
    'gi',
  ),
  /(\/\/[^\s/@:]{0,256}:[^\s/@]{1,256}@)/g,
  /([A-Za-z0-9+/=_-]{32,})/g,
];
/** A shorter text is met by chance. */
const LEAST_REPEATED = 6;

/** `text` with its secrets masked; throws CONFIG_SYNTAX where it is no JSON that could be. */
export function masked(text: string, file: string): string {
  return replaced(text, secretsOf(text, file), ({ place }) =>
    place.startsWith(COMMENT) ? `${MASK}${place.slice(COMMENT.length)}` : JSON.stringify(MASK),
  );
}

/**
 * `text` with the secrets of `base` put back where its masks stand for one; `problems` where they
 * stand for none. Throws CONFIG_SYNTAX.
 */
export function unmasked(
  text: string,
  base: string | null,
  file: string,
): { readonly text: string; readonly problems: readonly Problem[] } {
  const known = base === null ? [] : secretsOf(base, file);
  const raw = new Map(
    known.map(({ place, offset, length }) => [place, base?.slice(offset, offset + length) ?? '']),
  );
  const found = masksIn(text, file);
  const put = found.filter(({ place }) => raw.has(place));
  const strange = found.filter(({ place }) => !raw.has(place));
  const problems = strange.map(({ place }) => ({
    path: place,
    message: 'is a mask that stands for no secret here',
  }));
  const whole = replaced(text, put, ({ place }) => raw.get(place) ?? '');
  return { text: whole, problems: [...problems, ...exposed(whole, put, raw, file)] };
}

/** Before the number of a secret in a comment. */
const COMMENT = '(comment) ';

/** Secrets that would no longer be masked where they were put: they would be shown from then on. */
function exposed(
  whole: string,
  put: readonly Secret[],
  raw: ReadonlyMap<string, string>,
  file: string,
): Problem[] {
  const secrets = secretsOf(whole, file);
  let shift = 0;
  return put.flatMap(({ offset, length, place }) => {
    const begin = offset + shift;
    const size = raw.get(place)?.length ?? 0;
    shift += size - length;
    const hidden = secrets.some(
      (secret) => secret.offset <= begin && begin + size <= secret.offset + secret.length,
    );
    if (hidden) return [];
    const message = 'is a mask that was moved: its secret would be shown';
    return [{ path: place, message, rule: 'moved_mask' }];
  });
}

/** Every mask in a text, in order. */
function masksIn(text: string, file: string): Secret[] {
  const { literals, comments, flat } = partsOf(text, file);
  const values = literals
    .filter(({ value }) => value === MASK)
    .map(({ offset, length, path }) => ({ offset, length, place: placeOf(path, flat) }));
  const spoken = comments.flatMap((comment) =>
    [...comment.text.matchAll(/\*{8}(\d+)/g)].map((match) => ({
      offset: comment.offset + match.index,
      length: match[0].length,
      place: `${COMMENT}${match[1]}`,
    })),
  );
  return inOrder([...values, ...spoken]);
}

/** Every secret of a text, in order; none overlaps another. */
function secretsOf(text: string, file: string): Secret[] {
  const { literals, comments, flat, args } = partsOf(text, file);
  const telling = literals.filter((literal) => isSecret(literal, flat, args));
  const words = telling
    .map(({ value }) => String(value))
    .filter((word) => word.length >= LEAST_REPEATED && word !== MASK);
  const repeats = ({ value }: Literal) =>
    typeof value === 'string' && words.some((word) => value.includes(word));
  const hidden = new Set([...telling, ...literals.filter(repeats)]);
  const values = [...hidden].map(({ offset, length, path }) => ({
    ...{ offset, length },
    place: placeOf(path, flat),
  }));
  const spoken = comments
    .flatMap((comment) => spansInComment(comment, words))
    .map((span, index) => ({ ...span, place: `${COMMENT}${index + 1}` }));
  return inOrder([...values, ...spoken]);
}

function spansInComment(
  { offset, text }: Comment,
  words: readonly string[],
): { offset: number; length: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const pattern of IN_COMMENTS) {
    for (const match of text.matchAll(pattern)) {
      const word = match[1] ?? '';
      const bare = word.replace(/^["']|["']$/g, '');
      if (bare === '' || ONE_VARIABLE.test(bare)) continue;
      // A word of letters or a line of dashes is no key, however long.
      if (pattern === IN_COMMENTS.at(-1) && !(/\d/.test(word) && /[a-z]/i.test(word))) continue;
      const from = match.index + match[0].length - word.length;
      spans.push({ from, to: from + word.length });
    }
  }
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      spans.push({ from: at, to: at + word.length });
    }
  }
  return joined(spans).map(({ from, to }) => ({ offset: offset + from, length: to - from }));
}

function joined(spans: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const whole: { from: number; to: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else whole.push({ ...span });
  }
  return whole;
}

function isSecret({ path, value }: Literal, flat: boolean, args: readonly string[]): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  if (text === '' || ONE_VARIABLE.test(text)) return false;
  const [part, key, index] = inParts(path, flat);
  if (part === 'exchange_config' && SECRET_NAMES.some((name) => name === key)) return true;
  if (part === 'daemon_config' && key === 'environment') return true;
  if (part === 'daemon_config' && key === 'bot_args') {
    const before = args[Number(index) - 1] ?? '';
    const told = SECRET_FLAG.exec(before)?.[0] === before && before !== '';
    return told || (SECRET_FLAG.test(text) && text.includes('=')) || URL_WITH_PASSWORD.test(text);
  }
  // What a slip of a key has kept out of its place may be the secret that belongs there.
  if (schemaAt(inParts(path, flat).filter((one) => typeof one === 'string')) === null) return true;
  return URL_WITH_PASSWORD.test(text);
}

/** What a text is made of; throws CONFIG_SYNTAX where it is no JSON. */
function partsOf(text: string, file: string) {
  const value = parseJsonc(text, file);
  const flat = isRecord(value) && isFlat(value);
  const literals: Literal[] = [];
  const comments: Comment[] = [];
  visit(
    text,
    {
      onLiteralValue: (literal: unknown, offset, length, _line, _character, path) => {
        literals.push({ offset, length, value: literal, path: path() });
      },
      onComment: (offset, length) => {
        comments.push({ offset, text: text.slice(offset, offset + length) });
      },
    },
    { disallowComments: false, allowTrailingComma: true },
  );
  const args: string[] = [];
  for (const { path, value: literal } of literals) {
    const [part, key, index] = inParts(path, flat);
    if (part === 'daemon_config' && key === 'bot_args' && typeof index === 'number') {
      args[index] = String(literal);
    }
  }
  return { literals, comments, flat, args };
}

function inParts(path: readonly (string | number)[], flat: boolean): readonly (string | number)[] {
  const part = flat ? partOf(String(path[0])) : null;
  return part === null ? path : [part, ...path];
}

function placeOf(path: readonly (string | number)[], flat: boolean): string {
  return inParts(path, flat).join('.');
}

function inOrder(secrets: readonly Secret[]): Secret[] {
  return [...secrets].sort((a, b) => a.offset - b.offset);
}

function replaced(
  text: string,
  secrets: readonly Secret[],
  by: (secret: Secret) => string,
): string {
  let end = 0;
  const parts = secrets.map((secret) => {
    const kept = text.slice(end, secret.offset);
    end = secret.offset + secret.length;
    return kept + by(secret);
  });
  return parts.join('') + text.slice(end);
}
