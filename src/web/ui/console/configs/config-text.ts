/**
 * The text of a config as JSON with comments and trailing commas: where each value stands, what is
 * wrong and where, and edits that leave every other character, comments included, as it is. PURE.
 * Numbers keep the digits that the user wrote.
 */

/** One value in the text; offsets in characters, `end` behind its last. */
export interface JsonNode {
  readonly start: number;
  readonly end: number;
  /** As JSON.parse would give it. */
  readonly value: unknown;
  /** Of an object, in the order of the text. */
  readonly members?: readonly Member[];
  /** Of a list. */
  readonly items?: readonly JsonNode[];
}

export interface Member {
  readonly key: string;
  readonly start: number;
  readonly node: JsonNode;
  /** Where the comma after it stands; null: there is none. */
  readonly comma: number | null;
}

/** The first thing wrong with a text: a word for the kind of fault, and where. */
export interface TextFault {
  readonly code: FaultCode;
  readonly offset: number;
}
export type FaultCode =
  | 'value_expected'
  | 'key_expected'
  | 'colon_expected'
  | 'comma_expected'
  | 'string_open'
  | 'comment_open'
  | 'too_deep'
  | 'text_after';

export type ParsedText =
  | { readonly ok: true; readonly root: JsonNode }
  | { readonly ok: false; readonly fault: TextFault };

const DEEPEST = 40;
const INDENT = '  ';

/** Reads a text; never throws. */
export function parseText(text: string): ParsedText {
  try {
    return { ok: true, root: new Reader(text).document() };
  } catch (thrown) {
    if (thrown instanceof Fault) {
      return { ok: false, fault: { code: thrown.code, offset: thrown.offset } };
    }
    throw thrown;
  }
}

/** ["daemon_config", "bot_args", "3"] of "daemon_config.bot_args[3]". */
export function keysOfPath(path: string): string[] {
  return path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((key) => key !== '');
}

/** The value at `keys`; null when there is none. */
export function nodeAt(root: JsonNode, keys: readonly string[]): JsonNode | null {
  let node: JsonNode | undefined = root;
  for (const key of keys) {
    const member: Member | undefined = node.members?.findLast((each) => each.key === key);
    node = member === undefined ? node.items?.[Number(key)] : member.node;
    if (node === undefined) return null;
  }
  return node;
}

/** Where to look for `keys`: the value, else the nearest object that would hold it. */
export function placeOf(root: JsonNode, keys: readonly string[]): JsonNode {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const node = nodeAt(root, keys.slice(0, depth));
    if (node !== null) return node;
  }
  return root;
}

/** Line and column of an offset, both from 1. */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/**
 * The text with `fragment` (JSON) as the value at `keys`; objects on the way are made where they
 * are missing; null takes the key away. A text that cannot be read comes back as it is.
 */
export function withValue(text: string, keys: readonly string[], fragment: string | null): string {
  const parsed = parseText(text);
  if (!parsed.ok || keys.length === 0) return text;
  const present = nodeAt(parsed.root, keys);
  if (present !== null) {
    if (fragment === null) return withoutMember(text, parsed.root, keys);
    return text.slice(0, present.start) + fragment + text.slice(present.end);
  }
  if (fragment === null) return text;
  let depth = keys.length - 1;
  while (depth > 0 && nodeAt(parsed.root, keys.slice(0, depth)) === null) depth -= 1;
  const holder = nodeAt(parsed.root, keys.slice(0, depth));
  const [key = '', ...inner] = keys.slice(depth);
  if (holder?.members === undefined) return text;
  const bare = inner.reduceRight((body, name) => `{ ${JSON.stringify(name)}: ${body} }`, fragment);
  return withMember(text, holder, key, bare);
}

function withMember(text: string, holder: JsonNode, key: string, fragment: string): string {
  const entry = `${JSON.stringify(key)}: ${fragment}`;
  const last = holder.members?.at(-1);
  if (last === undefined) {
    const outer = indentAt(text, holder.start);
    const body = `{\n${outer}${INDENT}${entry}\n${outer}}`;
    return text.slice(0, holder.start) + body + text.slice(holder.end);
  }
  const end = last.node.end;
  if (!text.slice(holder.start, last.start).includes('\n')) {
    return `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
  }
  const indent = indentAt(text, last.start);
  const comma = last.comma === null ? ',' : '';
  // A comment behind the last value stays with it.
  const from = last.comma === null ? end : last.comma + 1;
  const [note = ''] = /^[ \t]*\/\/[^\n]*/.exec(text.slice(from)) ?? [];
  const at = from + note.length;
  return `${text.slice(0, end)}${comma}${text.slice(end, at)}\n${indent}${entry}${text.slice(at)}`;
}

function withoutMember(text: string, root: JsonNode, keys: readonly string[]): string {
  const members = nodeAt(root, keys.slice(0, -1))?.members ?? [];
  const index = members.findLastIndex(({ key }) => key === keys.at(-1));
  const member = members[index];
  if (member === undefined) return text;
  const lineStart = text.lastIndexOf('\n', member.start - 1) + 1;
  const alone = text.slice(lineStart, member.start).trim() === '';
  let from = alone ? lineStart : member.start;
  let to = member.comma === null ? member.node.end : member.comma + 1;
  const [rest = ''] = /^[ \t]*(\/\/[^\n]*)?(\n|$)/.exec(text.slice(to)) ?? [];
  if (alone) to += rest.length;
  else if (member.comma !== null) to += /^[ \t]*/.exec(text.slice(to))?.[0].length ?? 0;
  const before = members[index - 1];
  const isLast = index === members.length - 1 && member.comma === null;
  if (isLast && before?.comma !== undefined && before.comma !== null) {
    const kept = text.slice(before.comma + 1, from);
    if (!alone) from = before.comma + 1 + kept.trimEnd().length;
    return text.slice(0, before.comma) + text.slice(before.comma + 1, from) + text.slice(to);
  }
  return text.slice(0, from) + text.slice(to);
}

function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
}

class Fault extends Error {
  readonly code: FaultCode;
  readonly offset: number;

  constructor(code: FaultCode, offset: number) {
    super(code);
    this.code = code;
    this.offset = offset;
  }
}

/** Reads from left to right; stops at the first fault. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const root = this.#value(0);
    this.#blank();
    if (this.#at < this.#text.length) throw new Fault('text_after', this.#at);
    return root;
  }

  #value(depth: number): JsonNode {
    this.#blank();
    if (depth > DEEPEST) throw new Fault('too_deep', this.#at);
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#list(depth);
    const start = this.#at;
    if (first === '"') return this.#node(start, this.#string());
    const word = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null)(?![\w.+-])/.exec(
      this.#text.slice(start, start + 400),
    )?.[0];
    if (word === undefined) throw new Fault('value_expected', start);
    this.#at += word.length;
    return this.#node(start, JSON.parse(word));
  }

  #object(depth: number): JsonNode {
    const start = this.#at;
    this.#at += 1;
    const members: Member[] = [];
    for (;;) {
      this.#blank();
      if (this.#take('}')) break;
      const keyStart = this.#at;
      if (this.#text[keyStart] !== '"') {
        const behind = members.at(-1);
        throw behind !== undefined && behind.comma === null
          ? new Fault('comma_expected', behind.node.end)
          : new Fault('key_expected', keyStart);
      }
      if (members.at(-1)?.comma === null) throw new Fault('comma_expected', keyStart);
      const key = this.#string();
      this.#blank();
      if (!this.#take(':')) throw new Fault('colon_expected', this.#at);
      const node = this.#value(depth + 1);
      this.#blank();
      const comma = this.#at;
      members.push({ key, start: keyStart, node, comma: this.#take(',') ? comma : null });
    }
    const value = Object.fromEntries(members.map(({ key, node }) => [key, node.value]));
    return { ...this.#node(start, value), members };
  }

  #list(depth: number): JsonNode {
    const start = this.#at;
    this.#at += 1;
    const items: JsonNode[] = [];
    let comma = true;
    for (;;) {
      this.#blank();
      if (this.#take(']')) break;
      if (!comma) throw new Fault('comma_expected', this.#at);
      items.push(this.#value(depth + 1));
      this.#blank();
      comma = this.#take(',');
    }
    return {
      ...this.#node(
        start,
        items.map(({ value }) => value),
      ),
      items,
    };
  }

  #string(): string {
    const start = this.#at;
    const [word] = /^"(?:[^"\\\p{Cc}]|\\.)*"/u.exec(this.#text.slice(start)) ?? [];
    if (word === undefined) throw new Fault('string_open', start);
    this.#at += word.length;
    try {
      return JSON.parse(word) as string;
    } catch {
      throw new Fault('string_open', start);
    }
  }

  #node(start: number, value: unknown): JsonNode {
    return { start, end: this.#at, value };
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  /** Passes over white space and comments. */
  #blank(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 2);
      if (/^[\s\uFEFF]/.test(rest)) this.#at += 1;
      else if (rest === '//') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (rest === '/*') {
        const end = this.#text.indexOf('*/', this.#at + 2);
        if (end === -1) throw new Fault('comment_open', this.#at);
        this.#at = end + 2;
      } else return;
    }
  }
}
