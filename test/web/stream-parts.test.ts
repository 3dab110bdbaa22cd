/** Many streams told of one change: the order of what happens meanwhile is played, not awaited. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { EventStreams, STREAM_LIMITS } from '../../src/web/server/event-streams.ts';

it('tells many streams in parts, and none misses what changes between two of them', () => {
  const due: (() => void)[] = [];
  const later = (fn: () => void) => {
    due.push(fn);
    return () => undefined;
  };
  const after = (_ms: number, fn: () => void) => later(fn);
  const clock = { ...systemClock, monotonic: () => 0, after };
  let topics = { price: { text: 'first' }, lines: { text: 'rest' } };
  let changed = () => {};
  const source = {
    read: () => topics,
    subscribe: (listener: () => void) => {
      changed = listener;
      return () => undefined;
    },
  };
  const streams = new EventStreams(source, clock, STREAM_LIMITS, () => {});
  const told = Array.from({ length: 50 }, () => {
    const heard = { text: '' };
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    response.write = (text: unknown) => {
      heard.text += String(text);
      return true;
    };
    streams.open(response, {}, null);
    return heard;
  });
  topics = { ...topics, price: { text: 'second' } };
  changed();
  due.shift()?.();
  // The first part is told; before the second is, the lines move and are told in turn.
  const [second] = due.splice(0);
  topics = { ...topics, lines: { text: 'moved' } };
  changed();
  due.shift()?.();
  second?.();
  while (due.length > 0) due.shift()?.();
  for (const { text } of told) {
    expect(text.match(/second/g)).toHaveLength(1);
    expect(text.match(/moved/g)).toHaveLength(1);
  }
  streams.close();
});
