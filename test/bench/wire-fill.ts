/**
 * From a fill at the loopback venue to the counter order's arrival there, over the wire: our client,
 * runner, engine and books. Venue and bot share this process, so that time holds the venue's own
 * work and both ways through the loopback too. Beside it what the bot alone takes: from the fill's
 * message off the socket to the counter order's request handed to the other one; and, between the
 * fills, what the least of it takes here that any process would do: one commit, one signature, one
 * request of bare node:http.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import WebSocket from 'ws';
import { Session } from '../../src/bot/session.ts';
import { makeMarket, priceText } from '../../src/contract/market.ts';
import { design, initialState } from '../../src/engine/index.ts';
import type { GridPlan } from '../../src/engine/index.ts';
import { backpack } from '../../src/exchange/backpack/index.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { openSimVenue } from '../../src/exchange/sim/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { compileLate } from '../../src/platform/late-compile.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import type { Synchronous } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';

const SYMBOL = 'SOL_USDC_PERP';
const START = 15_000;
/** Ticks between two lines. */
const STEP = 20;
const GRIDS = 60;
const WARM = 30;
/** Between two fills: within what the venue lets a key send in a minute. */
const PAUSE_MS = 60;
const TAG = 'be9c4be9';

/**
 * Milliseconds of each fill: to its counter order at the venue, and of that within the bot; `bare`:
 * of one commit, signature and request.
 */
export interface FillTimes {
  readonly whole: readonly number[];
  readonly bot: readonly number[];
  readonly bare: readonly number[];
}

interface Bare {
  /** Resolves with the milliseconds until its request left. */
  once(): Promise<number>;
  close(): void;
}

/** A commit of as many bytes as a fill's, a signature and a request, with nothing around them. */
async function bareWork(file: string, synchronous: Synchronous, bytes: number): Promise<Bare> {
  const db = openDatabase(file, synchronous);
  db.exec('CREATE TABLE turns (id INTEGER PRIMARY KEY, body TEXT)');
  const insert = db.prepare<[string]>('INSERT INTO turns (body) VALUES (?)');
  const body = 'x'.repeat(bytes);
  const { privateKey } = generateKeyPairSync('ed25519');
  const server = http.createServer((_request, answer) => answer.end('{}'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const agent = new http.Agent({ keepAlive: true });
  return {
    async once() {
      const began = performance.now();
      insert.run(body);
      const signature = sign(null, Buffer.from(body.slice(0, 200)), privateKey).toString('base64');
      const headers = { 'X-Signature': signature };
      const request = http.request({ host: '127.0.0.1', port, method: 'POST', agent, headers });
      const left = once(request, 'finish').then(() => performance.now() - began);
      request.end('{}');
      const answered = once(request, 'response').then(async ([answer]: http.IncomingMessage[]) => {
        answer?.resume();
        if (answer !== undefined) await once(answer, 'end');
      });
      const ms = await left;
      await answered;
      return ms;
    },
    close() {
      db.close();
      agent.destroy();
      server.close();
    },
  };
}

/** Lets `heard` know of each fill's message as it comes off a socket, before anybody reads it. */
function watchFills(heard: () => void): () => void {
  const { prototype } = WebSocket;
  const emit = prototype.emit;
  prototype.emit = function watched(this: WebSocket, name: string | symbol, ...words: unknown[]) {
    if (name === 'message' && String(words[0]).includes('"orderFill"')) heard();
    return emit.call(this, name, ...words);
  };
  return () => {
    prototype.emit = emit;
  };
}

/**
 * Times of the first `fills` fills and of as many after them, when the code is compiled; books in
 * `folder`, their commits as safe as `synchronous` says.
 */
export async function fillToWire(
  folder: string,
  fills: number,
  synchronous: Synchronous,
): Promise<{ first: FillTimes; next: FillTimes }> {
  compileLate();
  const sim = await openSimVenue({ face: backpackFace, symbols: 3, balance: '1000000' });
  sim.command('move', { symbol: SYMBOL, price: '150' });
  const venue = backpack.open({
    ...{ rest_url: sim.url, ws_url: sim.ws_url, proxy: null, symbol: SYMBOL },
    ...{ connect_timeout_ms: 5000, read_timeout_ms: 5000, clock: systemClock },
    ...{ trace: () => undefined, credentials: sim.accounts[0]?.keys ?? {} },
  });
  const db = openDatabase(join(folder, `wire-${synchronous}.db`), synchronous);
  migrate(db, MIGRATIONS);
  const market = makeMarket(await venue.market());
  const books = new Books(db);
  const session = new Session({
    ...{ market, venue, books, clock: systemClock, tag: TAG, ticks: START },
    log: makeLogger('bench', [{ level: 'fatal', file: { write: () => undefined } }]),
    state: initialState(planOf(market)),
    onBug: (error) => {
      throw error;
    },
    ...{ bootId: 'bench', onBreach: 'crash', strategy: () => ({ interval: 3600 }) },
  });
  await session.recover();
  await session.begin('start');
  await session.connect();
  const alive = () => sim.account().alive(SYMBOL).length;
  while (alive() < GRIDS) await systemClock.delay(50);
  const [whole, bot, bare]: [number[], number[], number[]] = [[], [], []];
  const stored = books.engineState()?.length ?? 0;
  const work = await bareWork(join(folder, `bare-${synchronous}.db`), synchronous, stored);
  let heardAt = 0;
  const unwatch = watchFills(() => (heardAt = performance.now()));
  const leaving = channel('http.client.request.start');
  const onLeaving = () => {
    if (heardAt === 0) return;
    bot.push(performance.now() - heardAt);
    heardAt = 0;
  };
  leaving.subscribe(onLeaving);
  let placed: () => void = () => undefined;
  sim.world.subscribe((event) => {
    if (event.type === 'order' && event.change === 'accepted') placed();
  });
  for (let fill = 0; fill < WARM + 2 * fills; fill += 1) {
    // Down through one line and up through the next: each time one order is met.
    const price = priceText(market, fill % 2 === 0 ? START - STEP - 1 : START + 1);
    const began = performance.now();
    await new Promise<void>((resolve) => {
      placed = () => {
        whole.push(performance.now() - began);
        placed = () => undefined;
        resolve();
      };
      sim.command('move', { symbol: SYMBOL, price });
    });
    await systemClock.delay(PAUSE_MS / 2);
    bare.push(await work.once());
    await systemClock.delay(PAUSE_MS / 2);
    // As a bot does in its calm seconds.
    books.checkpoint();
  }
  unwatch();
  leaving.unsubscribe(onLeaving);
  work.close();
  await session.close();
  await sim.close();
  db.close();
  const part = (from: number): FillTimes => {
    const [ours, its, least] = [whole, bot, bare].map((ms) => ms.slice(from, from + fills));
    return { whole: ours ?? [], bot: its ?? [], bare: least ?? [] };
  };
  return { first: part(WARM), next: part(WARM + fills) };
}

function planOf(market: ReturnType<typeof makeMarket>): GridPlan {
  const result = design(market, {
    grid_lower_price: priceText(market, START - (GRIDS / 2) * STEP),
    grid_upper_price: priceText(market, START + (GRIDS / 2) * STEP),
    ...{ grid_num: GRIDS, order_quantity: '0.5' },
  });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}
