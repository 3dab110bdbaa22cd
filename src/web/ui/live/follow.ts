/**
 * Fills a page's topics from `/api/events` for ever: opens the stream anew after an end, notices
 * one that only went silent, and closes it while the page is hidden.
 */
import type { Topics } from './topics.ts';

/** Milliseconds without a word (event or beat) after which a stream is not believed any more. */
const SILENCE_MS = 40_000;
/** EventSource gives up after an HTTP error; then it is opened anew after this long. */
const REOPEN_MS = 3000;
const TICK_MS = 500;

/** Follows the stream of this page's own server; called once per page. */
export function follow<All extends object>(topics: Topics<All>): void {
  let source: EventSource | null = null;
  let heardAt: number | null = null;
  let lost = false;
  let reopenAt = Infinity;

  const heard = () => {
    heardAt = Date.now();
    lost = false;
    topics.setState({ name: 'live' });
  };
  const open = () => {
    reopenAt = Infinity;
    source?.close();
    const current = new EventSource('/api/events');
    source = current;
    current.addEventListener('topics', (event: MessageEvent<string>) => {
      topics.take(JSON.parse(event.data) as Partial<All>);
      heard();
    });
    current.addEventListener('beat', heard);
    current.addEventListener('error', () => {
      lost = true;
      topics.setState({ name: 'lost', heardAt });
      if (current.readyState === EventSource.CLOSED) reopenAt = Date.now() + REOPEN_MS;
    });
  };
  setInterval(() => {
    if (document.hidden) return;
    if (!lost && heardAt !== null && Date.now() - heardAt > SILENCE_MS) {
      lost = true;
      reopenAt = Date.now() + REOPEN_MS;
      topics.setState({ name: 'lost', heardAt });
    }
    if (Date.now() >= reopenAt) open();
  }, TICK_MS);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return open();
    source?.close();
    source = null;
    reopenAt = Infinity;
    topics.setState({ name: 'hidden' });
  });
  if (!document.hidden) open();
}
