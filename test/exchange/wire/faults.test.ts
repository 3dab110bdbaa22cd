/** Statuses and pages in the port's words, and what they say about waiting. */
import { describe, expect, test } from 'vitest';
import { isPageOf, retryAfterMs, statusFault } from '../../../src/exchange/wire/faults.ts';
import { transportFault, wordsOf } from '../../../src/exchange/wire/faults.ts';
import type { HttpAnswer } from '../../../src/exchange/wire/http.ts';
import { Redaction } from '../../../src/exchange/wire/redaction.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const PAGE = '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>';

function answer(status: number, text = '{}', headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { status, text, headers };
}

describe('statuses', () => {
  const told: readonly (readonly [HttpAnswer, string, string])[] = [
    [answer(429), 'rate_limited', 'rate'],
    [answer(418), 'rate_limited', 'rate'],
    [answer(503, PAGE), 'unreachable', 'connection'],
    [answer(503, 'upstream connect error'), 'unreachable', 'connection'],
    [answer(503, '<title>Scheduled Maintenance</title>'), 'maintenance', 'maintenance'],
    [answer(503, PAGE, { 'retry-after': '60' }), 'maintenance', 'maintenance'],
    [answer(403, PAGE), 'unreachable', 'blocked'],
    [answer(403, 'denied', { 'content-type': 'text/html; charset=utf-8' }), 'unreachable', 'blocked'],
    [answer(403), 'refused', 'permission'],
    [answer(401), 'refused', 'key'],
    [answer(401, PAGE), 'unreachable', 'answer'],
    [answer(407), 'unreachable', 'blocked'],
    [answer(451), 'unreachable', 'blocked'],
    [answer(408), 'unreachable', 'timeout'],
    [answer(504, PAGE), 'unreachable', 'timeout'],
    [answer(502, PAGE), 'unreachable', 'connection'],
    [answer(500), 'unreachable', 'other'],
    [answer(500, PAGE), 'unreachable', 'answer'],
    [answer(302, ''), 'unreachable', 'answer'],
    [answer(404, PAGE), 'unreachable', 'answer'],
  ];
  test.each(told)('%o', (given, kind, because) => {
    const fault = statusFault('GET /x', given, NOW, new Redaction([]));
    expect(fault).toMatchObject({ kind, because });
    expect(fault.message).toContain(`GET /x was answered ${given.status}`);
  });

  test('a page is told by its title, shortly and without secrets', () => {
    const redaction = new Redaction(['secret-in-page']);
    const fault = statusFault('GET /x', answer(403, PAGE), NOW, redaction);
    expect(fault.message).toBe('GET /x was answered 403: Just a moment...');
    const echo = answer(500, `<p>you sent secret-in-page ${'x'.repeat(900)}</p>`);
    const { message } = statusFault('GET /x', echo, NOW, redaction);
    expect(message).toContain('you sent ***');
    expect(message.length).toBeLessThan(220);
  });

  test('a failure of the transport keeps its cause', () => {
    const fault = transportFault('GET /x', { because: 'tls', message: 'bad cert', sent: false });
    expect(fault).toMatchObject({ kind: 'unreachable', because: 'tls', message: 'GET /x: bad cert' });
  });
});

describe('Retry-After', () => {
  const of = (text: string | undefined, date?: string) =>
    retryAfterMs(answer(429, '', { 'retry-after': text, date }), NOW);

  test('counts seconds', () => {
    expect([of('7'), of('0'), of(' 1.5 ')]).toEqual([7000, 0, 1500]);
  });

  test('names a date, by the clock of whoever wrote it', () => {
    expect(of('Sun, 01 Mar 2026 12:00:30 GMT')).toBe(30_000);
    const behind = 'Sun, 01 Mar 2026 12:00:20 GMT';
    expect(of('Sun, 01 Mar 2026 12:00:30 GMT', behind)).toBe(10_000);
    expect(of('Sun, 01 Mar 2026 11:00:00 GMT')).toBe(0);
  });

  test('says nothing when it is missing or odd', () => {
    expect([of(undefined), of('soon'), of('-3')].slice(0, 2)).toEqual([null, null]);
  });

  test('a ban without a time is two minutes', () => {
    const fault = statusFault('GET /x', answer(418), NOW, new Redaction([]));
    expect(fault.retry_after_ms).toBe(120_000);
    const plain = statusFault('GET /x', answer(429), NOW, new Redaction([]));
    expect(plain.retry_after_ms).toBeNull();
  });
});

test('pages are known by their type or their first sign', () => {
  expect(isPageOf(undefined, ' \n<html>')).toBe(true);
  expect(isPageOf('application/json', '{"a":"<b>"}')).toBe(false);
  expect(wordsOf('a\u0000b\n\n  c')).toBe('a b c');
});
