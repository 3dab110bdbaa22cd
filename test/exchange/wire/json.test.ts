/** Exact JSON: no digit is lost, and whatever is wrong is a fault with the path of the field. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Answer, parseExactJson } from '../../../src/exchange/wire/json.ts';
import { VenueFault } from '../../../src/exchange/port.ts';

const read = (text: string) => new Answer(parseExactJson(text), 'GET /x');

describe('numbers', () => {
  test('long ids and decimals keep every digit', () => {
    const answer = read('{"id":12345678901234567890,"p":0.1000000000000000055,"n":-7,"e":1e-7}');
    expect(answer.at('id').id()).toBe('12345678901234567890');
    expect(answer.at('p').decimal()).toBe('0.1000000000000000055');
    expect(answer.at('n').integer()).toBe(-7);
    expect(answer.at('e').decimal()).toBe('0.0000001');
    expect(read('0.30000000000000004').decimal()).toBe('0.30000000000000004');
  });

  test('text that looks like a number stays as it is', () => {
    const text = '{"a":"[9007199254740993, 1.5]","b":"\\"1234567890123456789","c":9007199254740993}';
    expect(parseExactJson(text)).toEqual({
      ...{ a: '[9007199254740993, 1.5]', b: '"1234567890123456789', c: '9007199254740993' },
    });
  });

  test('reads what JSON.parse reads, but for inexact numbers', () => {
    const exact = (value: unknown): unknown => {
      if (typeof value === 'number') return Number.isInteger(value) ? value : String(value);
      if (Array.isArray(value)) return value.map(exact);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, exact(one)]));
    };
    const small = fc.oneof(fc.string(), fc.boolean(), fc.constant(null), fc.integer(), fc.constant(0.5));
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, small, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'))),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        expect(parseExactJson(JSON.stringify(value))).toEqual(exact(JSON.parse(JSON.stringify(value))));
      }),
    );
  });

  test('what is no JSON is undefined, however it is broken', () => {
    for (const text of ['', '{', '{"a":1', '<html>', '{"a":12345678901234567}x', '"open 1.5']) {
      expect(parseExactJson(text), text).toBeUndefined();
    }
  });
});

describe('readers', () => {
  const bad: readonly (readonly [string, (answer: Answer) => unknown, string])[] = [
    ['{}', (a) => a.at('price').decimal(), 'GET /x price is missing instead of a decimal'],
    ['{"a":{"b":[{"c":true}]}}', (a) => a.at('a').at('b').item(0).at('c').text(),
      'GET /x a b[0] c is true instead of a text'],
    ['[1]', (a) => a.at('x'), 'GET /x is a list instead of an object'],
    ['{"a":1}', (a) => a.items(), 'GET /x is an object instead of a list'],
    ['{"a":"1e999"}', (a) => a.at('a').decimal(), 'GET /x a is "1e999" instead of a decimal'],
    [`{"a":${'9'.repeat(100)}}`, (a) => a.at('a').decimal(), 'instead of a decimal'],
    ['{"a":9007199254740993}', (a) => a.at('a').integer(), 'instead of a whole number'],
    ['{"a":1.5}', (a) => a.at('a').integer(), 'instead of a whole number'],
    ['{"a":""}', (a) => a.at('a').id(), 'instead of an id'],
    ['{"a":"Up"}', (a) => a.at('a').word({ Bid: 1, Ask: 2 }), 'is "Up" instead of one of Bid, Ask'],
    ['{"a":"toString"}', (a) => a.at('a').word({ Bid: 1 }), 'instead of one of Bid'],
    ['{"a":1}', (a) => a.at('a').bool(), 'instead of true or false'],
    ['{"a":99999999999999}', (a) => a.at('a').time('ms'), 'instead of a time'],
    ['{"a":"2026-13-01T00:00:00"}', (a) => a.at('a').naiveTime(), 'instead of a time in UTC'],
    ['{"a":"01/02/2026"}', (a) => a.at('a').naiveTime(), 'instead of a time in UTC'],
  ];
  test.each(bad)('%s', (text, ask, message) => {
    try {
      ask(read(text));
    } catch (error) {
      expect(error).toBeInstanceOf(VenueFault);
      expect(error).toMatchObject({ kind: 'unreachable', because: 'answer' });
      expect((error as VenueFault).message).toContain(message);
      return;
    }
    throw new Error('it was read');
  });

  test('times of every unit are milliseconds', () => {
    const answer = read('{"s":1772366400,"us":1772366400123456,"usText":"1772366400123999","n":0}');
    expect(answer.at('s').time('s')).toBe(1_772_366_400_000);
    expect(answer.at('us').time('us')).toBe(1_772_366_400_123);
    expect(answer.at('usText').time('us')).toBe(1_772_366_400_123);
    const iso = (text: string) => new Answer(text, 'x').naiveTime();
    expect(iso('2026-03-01T12:00:00')).toBe(1_772_366_400_000);
    expect(iso('2026-03-01T12:00:00.123456')).toBe(1_772_366_400_123);
    expect(iso('2026-03-01 12:00:00')).toBe(1_772_366_400_000);
    expect(iso('2026-03-01T12:00:00.5Z')).toBe(1_772_366_400_500);
  });

  test('nothing and null are not given', () => {
    const answer = read('{"a":null,"b":0}');
    expect([answer.at('a').given, answer.at('c').given]).toEqual([null, null]);
    expect(answer.at('b').given?.integer()).toBe(0);
    expect(answer.fields().map(([name]) => name)).toEqual(['a', 'b']);
    expect(answer.isList).toBe(false);
  });
});
