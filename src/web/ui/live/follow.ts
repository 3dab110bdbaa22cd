/**
 * Fills a page's topics from the event stream of its server for ever. All tabs of one origin share a
 * stream through a worker; where a browser has no shared workers each page has its own. A hidden page
 * hears nothing and says so.
 */
import { EventStream } from './event-stream.ts';
import { DEAD_MS, GRACE_MS, PING_MS } from './shared-stream.ts';
import type { StreamWord, TabWord } from './shared-stream.ts';
import type { Topics } from './topics.ts';

/** Who brings the news while the page is seen. */
interface Source {
  watch(): void;
  leave(): void;
}

/** Follows the stream of this page's own server; called once per page. */
export function follow<All extends object>(topics: Topics<All>): void {
  let source: Source =
    typeof SharedWorker === 'undefined'
      ? ownStream(topics)
      : workerStream(topics, () => {
          source = ownStream(topics);
          if (!document.hidden) source.watch();
        });
  const look = () => {
    if (!document.hidden) return source.watch();
    source.leave();
    topics.setState({ name: 'hidden' });
  };
  document.addEventListener('visibilitychange', look);
  // A page that is left may be kept as it is, and shown again without being loaded.
  window.addEventListener('pagehide', () => source.leave());
  window.addEventListener('pageshow', look);
  look();
}

/** The stream of this page alone. */
function ownStream<All extends object>(topics: Topics<All>): Source {
  let watches = false;
  let closing: ReturnType<typeof setTimeout> | undefined;
  const stream = new EventStream({
    onTopics: (news) => topics.take(news as Partial<All>),
    onState: (state) => {
      if (watches) topics.setState(state);
    },
  });
  return {
    watch() {
      watches = true;
      clearTimeout(closing);
      stream.open();
      topics.setState(stream.state);
    },
    leave() {
      watches = false;
      clearTimeout(closing);
      closing = setTimeout(() => stream.close(), GRACE_MS);
    },
  };
}

/** The stream that all tabs share; `fail` is called once if its worker cannot be had. */
function workerStream<All extends object>(topics: Topics<All>, fail: () => void): Source {
  let port: MessagePort | null = null;
  let pings: ReturnType<typeof setInterval> | undefined;
  let heardAt = Date.now();

  const say = (word: TabWord) => port?.postMessage(word);
  const connect = () => {
    heardAt = Date.now();
    const worker = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), {
      type: 'module',
    });
    const current = worker.port;
    port = current;
    worker.addEventListener('error', () => {
      if (port !== current) return;
      leave();
      port = null;
      fail();
    });
    current.onmessage = ({ data }: MessageEvent<StreamWord>) => {
      if (port !== current || pings === undefined) return;
      heardAt = Date.now();
      if (data.topics !== undefined) topics.take(data.topics as Partial<All>);
      topics.setState(data.state);
    };
  };
  const ping = () => {
    // The worker died with the tab that had started it, or this machine slept.
    if (Date.now() - heardAt > DEAD_MS) {
      topics.setState({ name: 'lost', heardAt });
      connect();
    }
    say('watch');
  };
  const leave = () => {
    clearInterval(pings);
    pings = undefined;
    say('leave');
  };
  connect();
  return {
    watch() {
      if (pings !== undefined) return;
      heardAt = Date.now();
      pings = setInterval(ping, PING_MS);
      say('watch');
    },
    leave,
  };
}
