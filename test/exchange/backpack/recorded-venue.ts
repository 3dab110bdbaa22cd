/** Our client before a server that answers from recorded answers, as a test bends them. */
import type { ServerResponse } from 'node:http';
import type { Venue } from '../../../src/exchange/port.ts';
import type { VenueOptions } from '../../../src/exchange/venue-kind.ts';
import { serve } from '../wire/loopback.ts';
import type { Loopback } from '../wire/loopback.ts';
import { openAt } from './account.ts';
import { ROUTES } from './answers.ts';

/** What one request is answered with; null: the connection breaks. */
export interface Bent {
  readonly status?: number;
  readonly body?: unknown;
  /** Instead of the body as JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Recorded {
  readonly server: Loopback;
  readonly venue: Venue;
  /** Answers of a route from now on. */
  answer(route: string, bent: Bent | null | ((query: URLSearchParams, nth: number) => Bent)): void;
  /** Methods, paths and bodies that were asked, time questions left out. */
  asked(): string[];
  close(): Promise<void>;
}

/** Every hundred-odd requests a client asks for the time. */
const TIME = 'GET /api/v1/time';

export async function recordedVenue(more: Partial<VenueOptions> = {}): Promise<Recorded> {
  const bends = new Map<string, Bent | null | ((query: URLSearchParams, nth: number) => Bent)>();
  const counts = new Map<string, number>();
  const server = await serve(({ method, url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const route = `${method} ${pathname}`;
    const nth = counts.get(route) ?? 0;
    counts.set(route, nth + 1);
    const bend = bends.get(route);
    const bent = typeof bend === 'function' ? bend(searchParams, nth) : bend;
    reply(response, route, bent);
  });
  const venue = openAt(server.url, more);
  return {
    ...{ server, venue },
    answer: (route, bent) => void bends.set(route, bent),
    asked: () =>
      server.seen
        .map(({ method, url, body }) => `${method} ${url}${body === '' ? '' : ` ${body}`}`)
        .filter((line) => line !== TIME),
    async close() {
      await venue.close();
      await server.close();
    },
  };
}

function reply(response: ServerResponse, route: string, bent: Bent | null | undefined): void {
  if (bent === null) {
    response.socket?.destroy();
    return;
  }
  const recorded = ROUTES[route];
  const body = bent?.body ?? (route === TIME ? Date.now() : recorded?.body);
  const status = bent?.status ?? (body === undefined ? 404 : 200);
  response.writeHead(status, { 'content-type': 'application/json', ...bent?.headers });
  response.end(bent?.text ?? JSON.stringify(body));
}
