/**
 * The event stream as the page sees it: connected, or lost since a moment. A stream that only went
 * silent (a bot that hangs keeps its connection) counts as lost too.
 */
import type { FillView, LevelView, StatusView } from '../../../contract/instance-api.ts';

export interface Snapshot {
  readonly status: StatusView;
  readonly levels: readonly LevelView[];
  readonly fills: readonly FillView[];
}

/** Milliseconds without a word (snapshot or beat) after which a stream is not believed any more. */
const SILENCE_MS = 40_000;
/** EventSource gives up after an HTTP error; then it is opened anew after this long. */
const REOPEN_MS = 3000;
const TICK_MS = 500;

/** Reads /api/events for ever; `onLost` is called each half second while the stream is lost. */
export function follow(
  onSnapshot: (snapshot: Snapshot) => void,
  onLive: () => void,
  onLost: (ageMs: number | null) => void,
): void {
  let source: EventSource | null = null;
  let heardAt: number | null = null;
  let lost = false;
  let reopenAt = Infinity;

  const heard = () => {
    heardAt = Date.now();
    lost = false;
    onLive();
  };
  const open = () => {
    reopenAt = Infinity;
    source?.close();
    const current = new EventSource('/api/events');
    source = current;
    current.addEventListener('snapshot', (event: MessageEvent<string>) => {
      onSnapshot(JSON.parse(event.data) as Snapshot);
      heard();
    });
    current.addEventListener('beat', heard);
    current.addEventListener('error', () => {
      lost = true;
      if (current.readyState === EventSource.CLOSED) reopenAt = Date.now() + REOPEN_MS;
    });
  };
  setInterval(() => {
    const age = heardAt === null ? null : Date.now() - heardAt;
    if (!lost && age !== null && age > SILENCE_MS) {
      lost = true;
      reopenAt = Date.now() + REOPEN_MS;
    }
    if (lost) onLost(age);
    if (Date.now() >= reopenAt) open();
  }, TICK_MS);
  open();
}
