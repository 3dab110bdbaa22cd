/** One key, many bots: their shares never add up to more than it may send, whatever is delayed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateBudget } from '../../src/bot/rate-budget.ts';
import { OWN_SHARE } from '../../src/contract/instance-api.ts';
import { KeyShares, OWN_PARTS, PARTS } from '../../src/daemon/key-shares.ts';

const LIMIT = 1024;
const MINUTE_MS = 60_000;
/** As many may wait for their first share as are started in a second. */
const MOST_WAITING = 4;

interface Report {
  readonly share: number | null;
  readonly used: number;
  readonly short: boolean;
  readonly anew: boolean;
}

/** A bot as its messages make it: what it holds, what is under way in both directions. */
class ModelBot {
  share: number | null = null;
  readonly budget = new RateBudget(LIMIT);
  readonly sent: number[] = [];
  up: Report[] = [];
  down: number[] = [];
  online = true;
  anew = true;
  heard = false;
  adopted = false;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  take(share: number, now: number): void {
    this.share = share;
    this.budget.grant(share, now);
  }

  say(now: number): void {
    if (!this.online) return;
    const used = this.sent.filter((at) => at > now - MINUTE_MS).length / LIMIT;
    this.up.push({ share: this.share, used, short: this.budget.takeShortage(), anew: this.anew });
    this.anew = false;
  }
}

/** Bots, their lines, and one supervisor after the other. */
class World {
  now = 0;
  shares = new KeyShares();
  bots: ModelBot[] = [];
  made = 0;
  gone: number[] = [];

  start(): void {
    const waiting = this.bots.filter(({ share }) => share === null).length;
    if (waiting >= MOST_WAITING || this.bots.length >= 30) return;
    const bot = new ModelBot(`bot ${(this.made += 1)}`);
    this.bots.push(bot);
    this.divide();
    bot.say(this.now);
  }

  end(bot: ModelBot): void {
    this.bots = this.bots.filter((one) => one !== bot);
    this.gone.push(...bot.sent);
    this.shares.end(bot.name, this.now);
  }

  deliverUp(bot: ModelBot): void {
    const said = bot.up.shift();
    if (said === undefined) return;
    this.shares.report(bot.name, said, said.anew, this.now);
    bot.heard = true;
    this.divide();
  }

  deliverDown(bot: ModelBot): void {
    const share = bot.down.shift();
    if (share === undefined) return;
    bot.take(share, this.now);
    bot.say(this.now);
  }

  settle(): void {
    for (let busy = true; busy; ) {
      busy = false;
      for (const bot of this.bots) {
        busy ||= bot.up.length + bot.down.length > 0;
        this.deliverUp(bot);
        this.deliverDown(bot);
      }
    }
  }

  cut(bot: ModelBot): void {
    [bot.up, bot.down, bot.online] = [[], [], false];
  }

  /** On a new line a bot first says what it holds. */
  join(bot: ModelBot): void {
    if (bot.online) return;
    bot.online = true;
    bot.anew = true;
    bot.say(this.now);
  }

  newSupervisor(): void {
    this.shares = new KeyShares();
    for (const bot of this.bots) {
      this.cut(bot);
      bot.heard = false;
      bot.adopted = true;
    }
  }

  divide(): void {
    const unheard = this.bots.filter(({ heard }) => !heard);
    const grants = this.shares.divide({
      expected: unheard.length,
      settled: unheard.every(({ adopted }) => !adopted),
      reachable: (name) => this.bots.some((bot) => bot.name === name && bot.online),
      now: this.now,
    });
    for (const { holder, share } of grants) {
      this.bots.find(({ name }) => name === holder)?.down.push(share);
    }
  }

  get inForce(): number {
    return this.bots.reduce((sum, { share }) => sum + (share ?? 0), 0);
  }

  get sentInMinute(): number {
    const all = [...this.gone, ...this.bots.flatMap(({ sent }) => sent)];
    return all.filter((at) => at > this.now - MINUTE_MS).length;
  }
}

type Step = { readonly what: string; readonly which: number; readonly ms: number };
const steps = (words: readonly string[]) =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...words),
      which: fc.nat(29),
      ms: fc.integer({ min: 0, max: 30_000 }),
    }),
    { minLength: 60, maxLength: 150 },
  );

function send(world: World, bot: ModelBot, most: number): void {
  if (bot.share === null) return;
  for (let sent = 0; sent < most && bot.budget.wait('cancel', world.now) === 0; sent += 1) {
    bot.budget.take(world.now);
    bot.sent.push(world.now);
  }
}

function play(world: World, { what, which, ms }: Step): void {
  const bot = world.bots[which % Math.max(1, world.bots.length)];
  if (what === 'start') world.start();
  else if (what === 'wait') world.now += ms;
  else if (what === 'look') world.divide();
  else if (what === 'settle') world.settle();
  else if (what === 'supervisor') world.newSupervisor();
  else if (bot === undefined) return;
  else if (what === 'up') world.deliverUp(bot);
  else if (what === 'down') world.deliverDown(bot);
  else if (what === 'say') bot.say(world.now);
  else if (what === 'cut') world.cut(bot);
  else if (what === 'join') world.join(bot);
  else if (what === 'end') world.end(bot);
  else if (what === 'send') send(world, bot, ms);
  else if (bot.share === null) {
    // Its patience of a second and a half is long: others call home within half a second.
    for (const other of world.bots) world.join(other);
    world.settle();
    if (bot.share === null) bot.take(OWN_SHARE, world.now);
    bot.say(world.now);
  }
}

const ALWAYS = ['start', 'start', 'up', 'down', 'say', 'look', 'wait', 'end', 'send', 'patience'];

test('what is in force never adds up to more than the whole', () => {
  const words = [...ALWAYS, 'settle', 'cut', 'join', 'join', 'supervisor'];
  fc.assert(
    fc.property(steps(words), (script) => {
      const world = new World();
      for (const step of script) {
        play(world, step);
        expect(world.inForce).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 200, verbose: true },
  );
});

test('the venue never counts more in a minute than the key may send', () => {
  fc.assert(
    fc.property(steps([...ALWAYS, 'send', 'send', 'settle']), (script) => {
      const world = new World();
      for (const step of script) {
        play(world, step);
        if (step.what === 'send') {
          for (const bot of world.bots) bot.say(world.now);
          world.settle();
        }
        expect(world.sentInMinute).toBeLessThanOrEqual(LIMIT);
      }
    }),
    { numRuns: 150, verbose: true },
  );
});

describe('a quiet fleet', () => {
  function fleet(count: number): World {
    const world = new World();
    for (let n = 0; n < count; n += 1) {
      world.start();
      world.settle();
    }
    return world;
  }

  /** Lets minutes pass in which `busy` bots have to wait for their budget. */
  function minutes(world: World, count: number, busy: readonly ModelBot[]): void {
    for (let second = 0; second < count * 60; second += 1) {
      world.now += 1000;
      for (const bot of busy) send(world, bot, 1000);
      for (const bot of world.bots) if (second % 2 === 0) bot.say(world.now);
      world.settle();
      world.divide();
      world.settle();
    }
  }

  test('one bot has nearly all at once', () => {
    expect(fleet(1).inForce).toBeGreaterThan(0.85);
  });

  test('thirty have a floor each, and what is left goes to who needs it', () => {
    const world = fleet(30);
    expect(world.bots).toHaveLength(30);
    const floor = Math.floor(PARTS / 32) / PARTS;
    for (const { share } of world.bots) expect(share).toBeGreaterThanOrEqual(floor * 0.9);
    minutes(world, 5, world.bots.slice(0, 1));
    expect(world.inForce).toBeLessThanOrEqual(1);
  });

  test('the busy one of four gets most, gives it back, and the next one gets it', () => {
    const world = fleet(4);
    const [first, second] = world.bots;
    if (first === undefined || second === undefined) throw new Error('four bots');
    minutes(world, 6, [first]);
    expect(first.share).toBeGreaterThan(0.6);
    for (const { share } of world.bots) expect(share).toBeGreaterThanOrEqual(OWN_SHARE);
    minutes(world, 8, [second]);
    expect(second.share).toBeGreaterThan(0.6);
    expect(first.share).toBeLessThan(0.3);
  });

  test('shares come to rest: a fleet that changes nothing is told nothing', () => {
    const world = fleet(6);
    minutes(world, 5, []);
    const before = world.bots.map(({ share }) => share);
    minutes(world, 5, []);
    expect(world.bots.map(({ share }) => share)).toEqual(before);
  });
});

test('what a bot took by itself is a share like any other, and an end frees it after a minute', () => {
  const shares = new KeyShares();
  const calm = { expected: 0, settled: true, reachable: () => true };
  shares.report('a 1', { share: OWN_SHARE, used: 0, short: false }, true, 0);
  expect(shares.occupied(0)).toBe(OWN_PARTS);
  const [grant] = shares.divide({ ...calm, now: 0 });
  expect(grant?.share).toBeGreaterThan(0.8);
  expect(shares.occupied(0)).toBe((grant?.share ?? 0) * PARTS);
  // Not given twice, and not to anybody else before it is confirmed.
  shares.report('b 1', { share: OWN_SHARE, used: 0, short: true }, true, 0);
  expect(shares.divide({ ...calm, now: 0 })).toEqual([]);
  shares.end('a 1', 1000);
  expect(shares.living).toEqual(['b 1']);
  expect(shares.occupied(1000)).toBeGreaterThan(OWN_PARTS);
  expect(shares.occupied(61_000)).toBe(OWN_PARTS);
  shares.end('b 1', 61_000);
  shares.divide({ ...calm, now: 200_000 });
  expect(shares.isEmpty).toBe(true);
});

test('while a bot lives whose share is not known, nobody is given more', () => {
  const shares = new KeyShares();
  shares.report('a 1', { share: 0.1, used: 0.1, short: true }, true, 0);
  const around = { expected: 1, reachable: () => true, now: 0 };
  expect(shares.divide({ ...around, settled: false })).toEqual([]);
  const [grant] = shares.divide({ ...around, settled: true });
  expect(grant?.share).toBeGreaterThan(0.1);
});
