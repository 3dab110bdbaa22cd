/** The shared worker that holds the one event stream of an origin for all its tabs. */
import { SharedStream } from './shared-stream.ts';
import type { TabWord } from './shared-stream.ts';

const shared = new SharedStream();

addEventListener('connect', (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined;
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<TabWord>) => shared.hear(port, data);
});
