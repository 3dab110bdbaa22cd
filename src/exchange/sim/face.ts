/**
 * What a protocol face is: it translates requests into acts of the world and what happens there
 * into messages of its streams. It verifies signatures and windows and counts its limits; sockets,
 * faults and the admin routes are not its business.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { SimKeys } from './account.ts';
import type { SymbolSpec } from './symbols.ts';
import type { World } from './world.ts';

/** A request as it came. */
export interface SimRequest {
  readonly method: string;
  readonly path: string;
  /** As it was written, without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer: a text is sent as it is, anything else as JSON. */
export interface SimAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client's stream, as a face writes to it. */
export interface SimStream {
  /** An answer to what the client said. */
  send(text: string): void;
  /** Something that happened: faults of streams happen to these. */
  tell(text: string): void;
  close(code: number): void;
}

/** A client's stream, as a face hears it. */
export interface StreamSession {
  message(text: string): void;
  closed(): void;
}

/** Troubles that every venue has, in its own words. */
export type Trouble = 'server_error' | 'rate_limited' | 'not_found';

export interface SimFace {
  handle(request: SimRequest): SimAnswer;
  trouble(trouble: Trouble): SimAnswer;
  /** A client opened a stream at this path (with query). */
  connect(stream: SimStream, path: string): StreamSession;
  /** Sends what streams say at regular times; called about every 100 ms. */
  beat(): void;
  close(): void;
}

/** A protocol that a loopback venue can speak. */
export interface FaceKind {
  /** As in `gridd sim-venue NAME`. */
  readonly name: string;
  /** Path of the streams, appended to the ws address that is printed; may be empty. */
  readonly stream_path: string;
  specs(seed: number, count: number): readonly SymbolSpec[];
  /** New secrets of an account, as an owner holds them: what is printed at the start. */
  makeKeys(): SimKeys;
  open(world: World, options: FaceOptions): SimFace;
}

/** How a face behaves where venues leave it open. */
export interface FaceOptions {
  /** What becomes of a post-only order that would cross. */
  readonly crossing: 'refuse' | 'expire';
  /** Requests a minute and key; null: as the venue has it. */
  readonly requests_per_minute: number | null;
}
