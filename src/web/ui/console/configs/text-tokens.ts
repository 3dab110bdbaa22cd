/** The parts of a config text that are coloured while it is edited. PURE; never fails. */

export interface Token {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'comment' | 'plain';
  readonly text: string;
}

const TOKEN = new RegExp(
  [
    /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /("(?:[^"\\\n]|\\.)*"?)(\s*:)?/,
    /(-?\d[\d.eE+-]*)|(\b(?:true|false|null)\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** The whole text, cut into tokens. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token['kind'], part: string | undefined) => {
    if (part !== undefined && part !== '') tokens.push({ kind, text: part });
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, comment, quoted, colon, number, word] = match;
    add('plain', text.slice(at, match.index));
    add('comment', comment);
    add(colon === undefined ? 'string' : 'key', quoted);
    add('plain', colon);
    add('number', number);
    add('word', word);
    at = match.index + whole.length;
  }
  add('plain', text.slice(at));
  return tokens;
}
