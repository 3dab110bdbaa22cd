/**
 * The event stream of the pages without a browser: when figures count as live and when as lost, and
 * how many streams all tabs together hold. Only the browser's own EventSource is played.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventStream, REOPEN_MS, SILENCE_MS } from '../../src/web/ui/live/event-stream.ts';
import { DEAD_MS, GRACE_MS, PING_MS, SharedStream } from '../../src/web/ui/live/shared-stream.ts';
import type { StreamWord } from '../../src/web/ui/live/shared-stream.ts';
import { Topics } from '../../src/web/ui/live/topics.ts';
import type { StreamState } from '../../src/web/ui/live/topics.ts';

/** What a browser gives: it tells what a server would have said, and can lose it. */
class PlayedSource extends EventTarget {
  static readonly all: PlayedSource[] = [];
  readonly CLOSED = 2;
  readonly url: string;
  readyState = 0;

  constructor(url: string) {
    super();
    this.url = url;
    PlayedSource.all.push(this);
  }

  /** Those that hold a connection. */
  static get open(): PlayedSource[] {
    return PlayedSource.all.filter(({ readyState }) => readyState !== 2);
  }

  static get newest(): PlayedSource {
    const source = PlayedSource.all.at(-1);
    if (source === undefined) throw new Error('no stream was opened');
    return source;
  }

  close(): void {
    this.readyState = 2;
  }

  say(topics: object, id: string): void {
    const data = JSON.stringify(topics);
    this.dispatchEvent(new MessageEvent('topics', { data, lastEventId: id }));
  }

  beat(): void {
    this.dispatchEvent(new MessageEvent('beat'));
  }

  /** `refused`: the server answered with an error, after which a browser gives up. */
  fail(refused: boolean): void {
    if (refused) this.readyState = 2;
    this.dispatchEvent(new Event('error'));
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.stubGlobal('EventSource', PlayedSource);
  PlayedSource.all.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function stream() {
  const states: StreamState[] = [];
  const news: object[] = [];
  const opened = new EventStream({
    onTopics: (topics) => news.push(topics),
    onState: (state) => states.push(state),
  });
  opened.open();
  return { opened, states, news };
}

it('is live while something is heard, and lost once nothing was for too long', () => {
  const { opened, states } = stream();
  expect(opened.state.name).toBe('connecting');
  PlayedSource.newest.say({ status: 1 }, 'a.1');
  for (let minute = 0; minute < 3; minute += 1) {
    vi.advanceTimersByTime(SILENCE_MS - 1000);
    expect(opened.state.name).toBe('live');
    PlayedSource.newest.beat();
  }
  const heardAt = Date.now();
  vi.advanceTimersByTime(SILENCE_MS + 2000);
  // How old the figures are is counted from the last word, not from when it was noticed.
  expect(states.at(-1)).toEqual({ name: 'lost', heardAt });
  // The silent one is not kept beside the new one, which asks for what came since.
  expect(PlayedSource.open.map(({ url }) => url)).toEqual(['/api/events?last=a.1']);
  PlayedSource.newest.say({ status: 2 }, 'a.2');
  expect(states.map(({ name }) => name)).toEqual(['live', 'lost', 'live']);
});

it('is opened anew after a refusal, in a while and with what it knows', () => {
  const { opened, states } = stream();
  PlayedSource.newest.say({ status: 1 }, 'a b.7');
  PlayedSource.newest.fail(true);
  expect(opened.state.name).toBe('lost');
  vi.advanceTimersByTime(REOPEN_MS - 1000);
  expect(PlayedSource.all).toHaveLength(1);
  vi.advanceTimersByTime(2000);
  expect(PlayedSource.open.map(({ url }) => url)).toEqual(['/api/events?last=a%20b.7']);
  PlayedSource.newest.fail(true);
  vi.advanceTimersByTime(REOPEN_MS + 1000);
  PlayedSource.newest.beat();
  // Lost once, however often it was tried.
  expect(states.map(({ name }) => name)).toEqual(['live', 'lost', 'live']);
});

it('a machine that slept does not take old figures for live ones', () => {
  const { opened } = stream();
  PlayedSource.newest.beat();
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(1000);
  expect(opened.state.name).toBe('lost');
});

it('a browser that tries again by itself is left to it until that takes too long', () => {
  const { opened } = stream();
  PlayedSource.newest.beat();
  PlayedSource.newest.fail(false);
  expect(opened.state.name).toBe('lost');
  vi.advanceTimersByTime(SILENCE_MS - 1000);
  expect(PlayedSource.all).toHaveLength(1);
  vi.advanceTimersByTime(3000);
  expect([PlayedSource.all.length, PlayedSource.open.length]).toEqual([2, 1]);
});

it('is shared: one stream for all tabs, and a late one has the newest of every topic', () => {
  const shared = new SharedStream();
  const [one, other] = [tab(), tab()];
  shared.hear(one.port, 'watch');
  PlayedSource.newest.say({ status: 1, levels: 'old' }, 'a.1');
  PlayedSource.newest.say({ levels: 'new' }, 'a.2');
  shared.hear(other.port, 'watch');
  expect(PlayedSource.all).toHaveLength(1);
  expect(other.words).toEqual([{ topics: { status: 1, levels: 'new' }, state: { name: 'live' } }]);
  PlayedSource.newest.say({ status: 2 }, 'a.3');
  expect([one, other].map(({ words }) => words.at(-1)?.topics)).toEqual([
    ...[{ status: 2 }, { status: 2 }],
  ]);
});

it('is closed when nobody sees it, not at once, and taken up where it was', () => {
  const shared = new SharedStream();
  const { port, words } = tab();
  shared.hear(port, 'watch');
  PlayedSource.newest.say({ status: 1 }, 'a.1');
  shared.hear(port, 'leave');
  vi.advanceTimersByTime(GRACE_MS - 1);
  shared.hear(port, 'watch');
  vi.advanceTimersByTime(GRACE_MS);
  // A reload, or a glance at another tab, opens none anew.
  expect([PlayedSource.all.length, PlayedSource.open.length]).toEqual([1, 1]);
  shared.hear(port, 'leave');
  vi.advanceTimersByTime(GRACE_MS + 1);
  expect(PlayedSource.open).toEqual([]);
  const told = words.length;
  vi.advanceTimersByTime(10 * SILENCE_MS);
  expect([PlayedSource.open.length, words.length]).toEqual([0, told]);
  shared.hear(port, 'watch');
  expect(PlayedSource.open.map(({ url }) => url)).toEqual(['/api/events?last=a.1']);
});

it('forgets a tab that died, and closes when it was the last', () => {
  const shared = new SharedStream();
  const { port } = tab();
  shared.hear(port, 'watch');
  vi.advanceTimersByTime(DEAD_MS + 2 * PING_MS + GRACE_MS);
  expect(PlayedSource.open).toEqual([]);
});

it('topics keep what an event does not name, and a state is told when it changes', () => {
  const topics = new Topics<{ status: number; levels: string }>();
  const told = vi.fn();
  const leave = topics.subscribe(told);
  topics.take({ status: 1, levels: 'all' });
  topics.take({ status: 2 });
  expect([topics.get('status'), topics.get('levels')]).toEqual([2, 'all']);
  topics.setState({ name: 'lost', heardAt: 5 });
  topics.setState({ name: 'lost', heardAt: 5 });
  expect(told).toHaveBeenCalledTimes(3);
  topics.setState({ name: 'lost', heardAt: 6 });
  leave();
  topics.setState({ name: 'live' });
  expect(told).toHaveBeenCalledTimes(4);
  expect(topics.state).toEqual({ name: 'live' });
});

/** A tab as the worker sees it, with what it was told. */
function tab() {
  const words: StreamWord[] = [];
  return { words, port: { postMessage: (word: StreamWord) => void words.push(word) } };
}
