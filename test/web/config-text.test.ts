/** Config text in the browser: read like the supervisor reads it, edited without touching the rest. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { getNodeValue, parseTree } from 'jsonc-parser';
import type { ParseError } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import {
  keysOfPath,
  lineOf,
  nodeAt,
  parseText,
  placeOf,
  withValue,
} from '../../src/web/ui/console/configs/config-text.ts';
import { foldSame, keyChanges, textDiff } from '../../src/web/ui/console/configs/text-diff.ts';
import { tokensOf } from '../../src/web/ui/console/configs/text-tokens.ts';

const TEMPLATES = join(import.meta.dirname, '../../config/templates');
const templates = readdirSync(TEMPLATES).map((name) => [
  name,
  readFileSync(join(TEMPLATES, name), 'utf8'),
]) as [string, string][];

/** The value by the parser that the supervisor uses; undefined where it finds a fault. */
function reference(text: string): unknown {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return root === undefined || errors.length > 0 ? undefined : (getNodeValue(root) as unknown);
}

function valueOf(text: string): unknown {
  const parsed = parseText(text);
  return parsed.ok ? parsed.root.value : undefined;
}

/** JSON text with comments, odd spaces and trailing commas in it. */
const jsonc = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.infiniteStream(fc.constantFrom('', ' ', '\n', '/* { */')))
  .map(([text, blanks]) => {
    const value = JSON.parse(text) as unknown;
    const blank = () => blanks.next().value ?? '';
    const write = (part: unknown): string => {
      if (typeof part !== 'object' || part === null) return JSON.stringify(part);
      const list = Array.isArray(part);
      const inner = list
        ? part.map((each) => `${blank()}${write(each)}${blank()}`)
        : Object.entries(part).map(
            ([key, each]) => `${blank()}${JSON.stringify(key)}${blank()}:${blank()}${write(each)}`,
          );
      const comma = inner.length > 0 && blank() === ' ' ? ',' : '';
      const body = `${inner.join(',')}${comma}${blank()}`;
      return list ? `[${body}]` : `{${body}}`;
    };
    return `// head\n${write(value)}\n`;
  })
  .filter((text) => !text.includes('__proto__'));

describe('reading', () => {
  it.each(templates)('reads %s as the supervisor does', (_name, text) => {
    expect(valueOf(text)).toEqual(reference(text));
  });

  it('agrees with the supervisor on any text with comments', () => {
    fc.assert(
      fc.property(jsonc, (text) => {
        expect(valueOf(text)).toEqual(reference(text));
      }),
    );
  });

  it('refuses what the supervisor refuses, however a text is damaged', () => {
    const damaged = fc.tuple(jsonc, fc.nat(), fc.constantFrom('', '{', '"', ',', ':', ']', 'x'));
    fc.assert(
      fc.property(damaged, ([text, at, put]) => {
        const cut = at % (text.length + 1);
        const broken = text.slice(0, cut) + put + text.slice(cut + 1);
        const wanted = reference(broken);
        if (wanted === undefined) expect(parseText(broken).ok).toBe(false);
        else expect(valueOf(broken)).toEqual(wanted);
      }),
    );
  });

  it.each([
    ['{ "a": 1 "b": 2 }', 'comma_expected', '1:10'],
    ['{ "a" 1 }', 'colon_expected', '1:7'],
    ['{ a: 1 }', 'key_expected', '1:3'],
    ['{\n  "a": nope\n}', 'value_expected', '2:8'],
    ['{ "a": "x }', 'string_open', '1:8'],
    ['{} /* x', 'comment_open', '1:4'],
    ['{} {}', 'text_after', '1:4'],
    ['['.repeat(60), 'too_deep', '1:42'],
  ])('says what is wrong with %s, and where', (text, code, place) => {
    const parsed = parseText(text);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    const { line, column } = lineOf(text, parsed.fault.offset);
    expect([parsed.fault.code, `${line}:${column}`]).toEqual([code, place]);
  });

  it('finds the place of a path, or of what would hold it', () => {
    const text = '{ "a": { "b": [1, 22] } }';
    const parsed = parseText(text);
    if (!parsed.ok) throw new Error('it is JSON');
    const at = (path: string) => {
      const { start, end } = placeOf(parsed.root, keysOfPath(path));
      return text.slice(start, end);
    };
    expect([at('a.b[1]'), at('a.c'), at('x.y')]).toEqual(['22', '{ "b": [1, 22] }', text]);
  });
});

describe('editing', () => {
  it('sets any key of any object, and nothing else changes', () => {
    const paths = fc.array(fc.constantFrom('a', 'b', 'c d', '"'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(jsonc, paths, fc.json({ maxDepth: 1 }), (text, keys, fragment) => {
        const parsed = parseText(text);
        if (!parsed.ok || parsed.root.members === undefined) return;
        const edited = withValue(text, keys, fragment);
        const wanted = withKey(parsed.root.value, keys, JSON.parse(fragment));
        // A value in the way that is no object is left alone.
        expect(valueOf(edited)).toEqual(wanted ?? parsed.root.value);
      }),
    );
  });

  it('takes any key away, and nothing else changes', () => {
    fc.assert(
      fc.property(jsonc, fc.nat(), (text, which) => {
        const parsed = parseText(text);
        const members = parsed.ok ? (parsed.root.members ?? []) : [];
        const key = members[which % Math.max(1, members.length)]?.key;
        if (!parsed.ok || key === undefined) return;
        const rest = { ...(parsed.root.value as Record<string, unknown>) };
        delete rest[key];
        expect(valueOf(withValue(text, [key], null))).toEqual(rest);
      }),
    );
  });

  it.each(templates)('keeps every comment of %s through edits', (_name, text) => {
    const comments = (from: string) =>
      tokensOf(from)
        .filter(({ kind }) => kind === 'comment')
        .map((token) => token.text);
    let edited = withValue(text, ['strategy_config', 'grid_num'], '33');
    edited = withValue(edited, ['strategy_config', 'stop_loss_price'], '"0.00000001"');
    edited = withValue(edited, ['strategy_config', 'on_stop', 'position'], '"close"');
    edited = withValue(edited, ['strategy_config', 'on_stop'], null);
    edited = withValue(edited, ['strategy_config', 'stop_loss_price'], null);
    expect(comments(edited)).toEqual(comments(text));
    const once = withValue(text, ['strategy_config', 'grid_num'], '33');
    expect(valueOf(edited)).toEqual(withoutKey(valueOf(once), 'on_stop'));
  });

  it('writes a new key on a line of its own, before nothing but the bracket', () => {
    const text = '{\n  "a": 1 // one\n}\n';
    expect(withValue(text, ['b'], '2')).toBe('{\n  "a": 1, // one\n  "b": 2\n}\n');
    expect(withValue('{}', ['a', 'b'], '2')).toBe('{\n  "a": { "b": 2 }\n}');
    expect(withValue('{ "a": 1 }', ['b'], '2')).toBe('{ "a": 1, "b": 2 }');
    expect(withValue('{\n  "a": 1,\n  "b": 2\n}', ['b'], null)).toBe('{\n  "a": 1\n}');
    expect(withValue('no json', ['b'], '2')).toBe('no json');
  });

  it('keeps digits that a number would lose', () => {
    const text = '{ "a": 0.10000000000000000001 }';
    const parsed = parseText(withValue(text, ['b'], '"1"'));
    if (!parsed.ok) throw new Error('it is JSON');
    const node = nodeAt(parsed.root, ['a']);
    expect(text.slice(node?.start, node?.end)).toBe('0.10000000000000000001');
  });
});

describe('differences', () => {
  it('gives both texts back', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 14 });
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const [before, after] = [a.join('\n'), b.join('\n')];
        const diff = textDiff(before, after);
        const side = (other: string) =>
          diff.filter(({ kind }) => kind !== other).map(({ text }) => text);
        expect(side('added').join('\n')).toBe(before);
        expect(side('removed').join('\n')).toBe(after);
        const changed = diff.filter(({ kind }) => kind !== 'same');
        expect(foldSame(diff).filter((line) => line !== null && line.kind !== 'same')).toEqual(
          changed,
        );
      }),
    );
  });

  it('numbers lines as each text has them', () => {
    expect(textDiff('a\nb\nc', 'a\nx\nc')).toEqual([
      { kind: 'same', text: 'a', before: 1, after: 1 },
      { kind: 'removed', text: 'b', before: 2, after: null },
      { kind: 'added', text: 'x', before: null, after: 2 },
      { kind: 'same', text: 'c', before: 3, after: 3 },
    ]);
  });

  it('names every key that differs, before and after', () => {
    const before = { a: { b: 1, c: [1] }, d: 'x' };
    expect(keyChanges(before, { a: { b: 2, c: [1, 2] }, e: null })).toEqual([
      { path: 'a.b', before: '1', after: '2' },
      { path: 'a.c', before: '[1]', after: '[1,2]' },
      { path: 'd', before: '"x"', after: null },
      { path: 'e', before: null, after: 'null' },
    ]);
    expect(keyChanges(before, before)).toEqual([]);
  });

  it('cuts any text into tokens that are the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokensOf(text).map((token) => token.text).join('')).toBe(text);
      }),
    );
  });
});

/** `value` with `wanted` at `keys`; null when something that is no object stands in the way. */
function withKey(value: unknown, keys: readonly string[], wanted: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return wanted;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const inner = (value as Record<string, unknown>)[key];
  if (inner === undefined) return { ...value, [key]: nested(rest, wanted) };
  const next = withKey(inner, rest, wanted);
  return next === null && rest.length > 0 ? null : { ...value, [key]: next };
}

function nested(keys: readonly string[], wanted: unknown): unknown {
  return keys.reduceRight((inner, key) => ({ [key]: inner }), wanted);
}

function withoutKey(value: unknown, key: string): unknown {
  const root = value as { strategy_config: Record<string, unknown> };
  const strategy = { ...root.strategy_config };
  delete strategy[key];
  return { ...root, strategy_config: strategy };
}
