/**
 * A real client as one process of a world has it: the referees are told of each request as it
 * leaves, the process may die before it leaves, once the venue did it, or before the answer is
 * heard, and a process that is dead or held up hears nothing.
 */
import type { OrderRequest, Venue, VenueListener } from '../../../src/exchange/port.ts';
import type { FaultName, FaultPlan } from '../../sim/faults.ts';
import type { ClientParts } from '../../sim/stage.ts';
import type { VenueTruth } from '../../sim/truth.ts';

export interface MortalParts extends Pick<ClientParts, 'life' | 'watcher'> {
  readonly faults: FaultPlan;
  readonly truth: VenueTruth;
}

/** Answered from memory, at once. */
const AT_ONCE: readonly PropertyKey[] = ['usage', 'grant'];

/** The client, in the hands of a process that may die. */
export function mortalVenue(client: Venue, parts: MortalParts): Venue {
  return new Proxy(client, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || AT_ONCE.includes(key)) return value;
      const method = value as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]): Promise<unknown> => {
        if (key === 'close') return method.apply(target, args);
        if (!parts.life.alive) return never();
        if (key === 'connect') return connect(target, args[0] as VenueListener, parts);
        const named = announce(parts, String(key), args);
        if (named.length === 0) return heard(method.apply(target, args), parts);
        return deadly(() => method.apply(target, args), named, parts);
      };
    },
  });
}

/** Tells the referees of a request; answers the client ids of the orders that it acts on. */
function announce({ watcher }: MortalParts, key: string, args: unknown[]): readonly string[] {
  const [first] = args;
  switch (key) {
    case 'submit':
    case 'submitBatch': {
      const orders = [first].flat() as readonly OrderRequest[];
      for (const order of orders) watcher.submits(order);
      return orders.map(({ client_id }) => client_id);
    }
    case 'cancel':
    case 'cancelBatch': {
      const ids = [first].flat() as readonly string[];
      for (const id of ids) watcher.cancels(id);
      return ids;
    }
    default:
      watcher.asks(key);
      return [];
  }
}

/** A request that changes something: around it the process may die. */
async function deadly<T>(
  send: () => Promise<T>,
  named: readonly string[],
  parts: MortalParts,
): Promise<T> {
  const { life, faults, truth } = parts;
  const kills = (name: FaultName): boolean => faults.strikes(name) !== null;
  if (kills('kill_before_send')) {
    life.end('before a request was sent');
    return never();
  }
  const watcher = {
    price: () => undefined,
    order: ({ client_id }: { readonly client_id: string }) => {
      if (named.includes(client_id)) life.end('after the venue did it');
    },
    trade: () => undefined,
  };
  const watched = kills('kill_after_execution');
  if (watched) truth.watchers.push(watcher);
  const answer = await heard(send(), parts);
  if (watched) truth.watchers.splice(truth.watchers.indexOf(watcher), 1);
  if (kills('kill_before_answer')) {
    life.end('before an answer was heard');
    return never();
  }
  return answer;
}

function connect(client: Venue, listener: VenueListener, parts: MortalParts): Promise<void> {
  const { life } = parts;
  const mortal: VenueListener = (event) =>
    new Promise((resolve) => {
      life.at(life.schedule.time, () => {
        // What the listener could not do is told to the process by other ways.
        listener(event).catch(() => undefined).finally(resolve);
      });
    });
  return heard(client.connect(mortal), parts);
}

/** An answer as the process hears it: not while it is held up, never after its end. */
function heard<T>(answer: Promise<T>, { life }: MortalParts): Promise<T> {
  const now = (what: () => void) => void life.at(life.schedule.time, what);
  return new Promise((resolve, reject) => {
    answer.then(
      (value) => now(() => resolve(value)),
      (error: unknown) => now(() => reject(error as Error)),
    );
  });
}

/** The promise of a dead process. */
function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
