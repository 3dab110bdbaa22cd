/**
 * One simulated world: a market, a venue behind a bad network, a disk, a machine, a user, and the
 * bot's processes one after the other. It plays a scenario step by step, lets the referees look
 * after each, and ends with a quiet time, a kill and a stop. The same scenario and fault plan
 * always give the same world.
 */
import type { Market } from '../../src/contract/market.ts';
import type { OnStop, Side } from '../../src/contract/trading.ts';
import type { StopReceipt } from '../../src/contract/instance-api.ts';
import { GriddError } from '../../src/contract/errors.ts';
import { clientIds } from '../../src/bot/client-id.ts';
import type { ClientIds } from '../../src/bot/client-id.ts';
import { decodeState } from '../../src/engine/index.ts';
import type { GridState } from '../../src/engine/index.ts';
import { VenueFault } from '../../src/exchange/port.ts';
import type { Venue } from '../../src/exchange/port.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import type { Cancel } from '../../src/platform/clock.ts';
import type { Logger } from '../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books, isStorageFault } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { lotsOf, priceText, sizeText } from '../../src/contract/market.ts';
import { Killed, Life, simClock } from './clock.ts';
import type { Schedule, Wall } from './clock.ts';
import { onDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { FaultPlan, silenceOf } from './faults.ts';
import { BotProcess, TAG } from './process.ts';
import type { Cause } from './process.ts';
import { Dice, hash } from './random.ts';
import { Referees } from './referees.ts';
import type { Breach } from './referees.ts';
import type { Scenario, Step } from './scenario.ts';
import { openSimStage } from './stage.ts';
import type { Stage, StageOpener } from './stage.ts';
import { orderText, tradeText } from './truth.ts';
import type { VenueTruth } from './truth.ts';

/** A world that was left in peace must be right within so long: a few comparisons. */
const CALM_MS = 400_000;
/** Lines of what happened that are kept for a failure. */
const TOLD = 400;
/** What the supervisor gives a bot for its panic; one that must first recover has less here. */
const PANIC_LIMIT_MS = 180_000;
const RECOVERY_LIMIT_MS = 60_000;

/** How a world ended. */
export interface Verdict {
  readonly seed: number;
  /** Null: no referee complained. */
  readonly breach: Breach | null;
  /** Names of the faults that happened. */
  readonly faults: readonly string[];
  /** The last things that happened, one line each. */
  readonly told: readonly string[];
  /** Number of steps that were begun. */
  readonly steps: number;
  /** Simulated milliseconds, trades and restarts. */
  readonly lasted_ms: number;
  readonly trades: number;
  readonly restarts: number;
}

/** Plays a scenario to its end or to the first breach, in memory where nothing else is said. */
export async function playWorld(
  scenario: Scenario,
  allowed: ReadonlySet<string> | null = null,
  openStage: StageOpener = openSimStage,
): Promise<Verdict> {
  const faults = new FaultPlan(scenario.seed, scenario.roughness, allowed);
  const world = new World(scenario, faults, await openStage(scenario, faults));
  try {
    return await world.play();
  } finally {
    await world.end();
  }
}

class World {
  readonly #scenario: Scenario;
  readonly #stage: Stage;
  readonly #schedule: Schedule;
  readonly #faults: FaultPlan;
  readonly #exchange: VenueTruth;
  readonly #referees: Referees;
  readonly #disk: Disk = { full: false };
  readonly #wall: Wall = { skew: 0 };
  readonly #db = openDatabase(':memory:', 'NORMAL');
  readonly #told: string[] = [];
  readonly #log: Logger;
  readonly #market: Market;
  #process: BotProcess | null = null;
  #venue: Venue | null = null;
  #desired: 'running' | 'stopped' = 'running';
  #onStop: OnStop | null = null;
  /** A panic under way; `fenced`: the bot that was alive is dead, one that begins nothing follows. */
  #panicking: { fenced: boolean; answered: boolean } | null = null;
  /** A panic has said that the account is flat, and nothing was started since. */
  #flat = false;
  #cancelRestart: Cancel = () => undefined;
  #breach: Breach | null = null;
  /** The process whose run is over. */
  #ending: BotProcess | null = null;
  #processes = 0;
  #steps = 0;
  #troubledUntil = 0;
  #outageUntil = 0;
  #foreign = 0;

  constructor(scenario: Scenario, faults: FaultPlan, stage: Stage) {
    const { roughness } = scenario;
    this.#scenario = scenario;
    this.#faults = faults;
    this.#stage = stage;
    this.#schedule = stage.schedule;
    this.#exchange = stage.truth;
    this.#market = stage.truth.market;
    const market = this.#market;
    migrate(this.#db, MIGRATIONS);
    this.#log = makeLogger('sim', [{ level: 'info', file: { write: (line) => this.#heard(line) } }]);
    this.#referees = new Referees({
      exchange: this.#exchange,
      db: this.#db,
      time: () => this.#schedule.time,
      troubledUntil: () => this.#troubledUntil,
      outageUntil: () => this.#outageUntil,
      state: () => this.#state(),
      recovers: () => this.#process?.ready !== true,
      interval_ms: scenario.interval * 1000,
      patience: silenceOf(roughness) > 0.12 ? 4 : 1,
      mutedSince: () => stage.mutedSince,
      silence_ms: stage.silence_ms,
      breach: (breach) => this.#broken(breach),
    });
    this.#exchange.watchers.push({
      price: () => undefined,
      order: (order) => this.#tell(`venue: ${orderText(market, order)}`),
      trade: (trade) => this.#tell(`venue: ${tradeText(market, trade)}`),
    });
  }

  async end(): Promise<void> {
    this.#process?.life.end('the world ended');
    this.#db.close();
    await this.#stage.close();
  }

  async play(): Promise<Verdict> {
    this.#strike(true);
    this.#startProcess('start');
    await this.#pass(2000);
    for (const step of this.#scenario.steps) {
      if (this.#breach !== null) break;
      this.#steps += 1;
      this.#tell(`step ${describe(step)}`);
      await this.#perform(step);
      await this.#pass(step.do === 'move' ? 0 : step.ms);
    }
    if (this.#breach === null) await this.#lastThings();
    return {
      seed: this.#scenario.seed,
      breach: this.#breach,
      faults: [...this.#faults.happened, ...this.#stage.happened],
      told: this.#told,
      steps: this.#steps,
      lasted_ms: this.#schedule.time,
      trades: this.#exchange.trades.length,
      restarts: this.#processes - 1,
    };
  }

  /** Quiet, a kill, quiet again, and a stop or a panic that must leave nothing. */
  async #lastThings(): Promise<void> {
    this.#start();
    await this.#calm();
    if (this.#breach !== null) return;
    await this.#resumeTripped();
    if (this.#breach !== null) return;
    this.#process?.life.end('kill -9 at the end');
    await this.#calm();
    if (this.#breach !== null) return;
    this.#strike(false);
    const over = this.#desired === 'stopped';
    const panics = this.#scenario.steps.some((step) => step.do === 'panic');
    if (panics) this.#panic();
    else this.#stop({ orders: 'cancel', position: 'close' });
    for (let second = 0; second < 120 && this.#process?.life.alive === true; second += 1) {
      await this.#jiggle();
    }
    if (this.#breach !== null) return;
    const { account, live } = this.#exchange;
    const left = live.filter((order) => !order.foreign).length;
    if (this.#process?.life.alive === true) this.#broken(said('stop', 'it did not end'));
    // What a stranger closed of our position cannot be closed again.
    else if (over || this.#exchange.trades.some(({ order }) => order.foreign)) return;
    else if (left > 0) this.#broken(said('stop', `${left} orders rest after a stop`));
    else if (Math.abs(account.lots - this.#referees.strangeLots) >= this.#market.min_lots) {
      this.#broken(said('stop', `${account.lots} lots are left after a stop that closes`));
    }
  }

  /** A grid that a fence tripped goes on when the user says so, and is right again. */
  async #resumeTripped(): Promise<void> {
    const service = this.#process?.service ?? null;
    if (service === null || this.#process?.session?.runner.gridState !== 'tripped') return;
    const before = this.#state()?.tripped;
    this.#ask(service.resume());
    await this.#calm();
    const after = this.#state()?.tripped;
    if (this.#breach !== null || !after || after.text !== before?.text) return;
    // Too many orders may be under way again at once; a loss that was resumed is none any more.
    if (after.reason === 'max_orders_per_minute') return;
    this.#broken(said('resume', `it is still tripped: ${after.text}`));
  }

  async #pass(ms: number): Promise<void> {
    if (this.#breach !== null) return;
    await this.#schedule.runUntil(this.#schedule.time + ms, () => this.#breach !== null);
    if (this.#breach !== null) return;
    this.#referees.afterStep();
    const left = this.#flat ? this.#notFlat() : null;
    if (left !== null) this.#broken(said('panic', `${left} although it was told to be flat`));
    this.#finish();
  }

  /** A run that is over ends its process, as the bot's main program does. */
  #finish(): void {
    const process = this.#process;
    const session = process?.session;
    if (process?.ready !== true || session?.done !== true || this.#onStop !== null) return;
    if (this.#ending === process || this.#panicking !== null) return;
    this.#ending = process;
    this.#desired = 'stopped';
    session
      .writeEndReceipt()
      .then(() => process.close())
      .then(() => {
        // A stop that came meanwhile has nothing to stop any more.
        this.#onStop = null;
        if (this.#desired === 'running') this.#startProcess('start');
      })
      .catch(() => undefined);
  }

  async #perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'move':
        for (const ticks of step.to) {
          this.#stage.moveTo(ticks);
          await this.#pass(Math.ceil(step.ms / step.to.length));
        }
        return;
      case 'wait':
        return;
      case 'calm':
        return this.#calm();
      case 'pause':
      case 'resume':
        return this.#ask(this.#process?.service?.[step.do]());
      case 'close_carry':
        return this.#ask(this.#process?.service?.closeCarry());
      case 'accept':
        return this.#ask(this.#process?.service?.acceptPosition({}));
      case 'adjust':
        return this.#ask(this.#process?.service?.adjust(step.wish, null));
      case 'start':
        return this.#start();
      case 'stop':
        return this.#stop(step.on_stop);
      case 'panic':
        return this.#panic();
      case 'kill':
        return this.#process?.life.end('kill -9');
      case 'restart':
        return this.#restart();
      case 'skew':
        this.#wall.skew = step.by;
        return;
      default:
        return this.#disturb(step);
    }
  }

  /** What the venue, the network and the disk do by themselves. */
  #disturb(step: Step): void {
    const stage = this.#stage;
    switch (step.do) {
      case 'foreign':
        return this.#placeForeign(step);
      case 'stranger':
        return this.#tradeStrange(step.side, step.lots);
      case 'venue_cancel': {
        const own = this.#exchange.live.filter((order) => !order.foreign);
        const order = own[step.pick % Math.max(1, own.length)];
        if (order !== undefined) stage.end(order);
        return;
      }
      case 'funding':
        return stage.fund(step.rate);
      case 'maintenance':
        stage.maintenance(true);
        return this.#trouble(step.lasts, () => stage.maintenance(false));
      case 'no_margin':
        stage.noMargin(true);
        return this.#trouble(step.lasts, () => stage.noMargin(false));
      case 'few_orders':
        stage.maxOrders(step.most);
        return this.#trouble(step.lasts, () => stage.maxOrders(null));
      case 'disk_full':
        this.#disk.full = true;
        return this.#trouble(step.lasts, () => (this.#disk.full = false));
      case 'mute':
        return stage.mute(step.lasts);
      case 'offline':
        stage.disconnect();
        return this.#trouble(step.lasts, () => stage.reconnect());
      default:
    }
  }

  #trouble(lasts: number, over: () => void): void {
    this.#outageUntil = Math.max(this.#outageUntil, this.#schedule.time + lasts);
    this.#troubledUntil = Math.max(this.#troubledUntil, this.#outageUntil);
    this.#schedule.after(lasts, over);
  }

  #placeForeign(step: Step & { do: 'foreign' }): void {
    const { side, ticks, mark } = step;
    this.#foreign += 1;
    // One that bears our mark but was never in our store is somebody else's all the same.
    const name = mark ? this.#ids.of(900_000 + this.#foreign) : this.#strangeName();
    const market = this.#market;
    const request = {
      client_id: name,
      side,
      price: priceText(market, ticks),
      size: sizeText(market, Math.max(market.min_lots, 100)),
      post_only: true,
      reduce_only: false,
    };
    const order = this.#stage.placeForeign(request);
    if (order !== null) this.#referees.foreign(order);
  }

  #tradeStrange(side: Side, lots: number): void {
    this.#foreign += 1;
    const client_id = this.#strangeName();
    const size = sizeText(this.#market, Math.max(lots, this.#market.min_lots));
    const kind = { price: null, post_only: false, reduce_only: false };
    this.#stage.placeForeign({ client_id, side, size, ...kind });
  }

  get #ids(): ClientIds {
    return clientIds(this.#stage.ids, TAG);
  }

  #strangeName(): string {
    const { ids } = this.#stage;
    return ids === 'uint32' ? `${5_000_000 + this.#foreign}` : `other-${this.#foreign}`;
  }

  #start(): void {
    if (this.#desired === 'running') return;
    this.#desired = 'running';
    // A stop or a panic that is on its way ends first.
    if (this.#onStop === null && this.#panicking === null) this.#startProcess('start');
  }

  #stop(onStop: OnStop): void {
    if (this.#desired === 'stopped' || this.#onStop !== null) return;
    this.#desired = 'stopped';
    // A panic does more than any stop.
    if (this.#panicking !== null) return;
    this.#onStop = onStop;
    this.#stopProcess();
  }

  // The supervisor asks again whoever lives until one has answered.
  #stopProcess(): void {
    const process = this.#process;
    const onStop = this.#onStop;
    if (process?.ready !== true || onStop === null) return;
    process
      .stop(onStop)
      .then((receipt) => this.#stopped(process, receipt))
      .catch(() => undefined);
  }

  #stopped(process: BotProcess, receipt: StopReceipt | null): void {
    if (receipt === null || !process.life.alive || this.#onStop === null) return;
    const { orders, position } = this.#onStop;
    const left = this.#exchange.live.filter((order) => !order.foreign).length;
    this.#tell(`stopped: ${JSON.stringify(receipt)}`);
    if (left > 0 && (orders === 'cancel' || position === 'close')) {
      this.#broken(said('receipt', `${left} orders rest when the receipt is given`));
    }
    const told = lotsOf(this.#market, receipt.position);
    const lots = this.#exchange.account.lots - this.#referees.strangeLots;
    if (told !== lots && orders === 'cancel') {
      this.#broken(said('receipt', `it says ${told} lots, the venue has ${lots}`));
    }
    process
      .close()
      .then(() => {
        this.#onStop = null;
        if (this.#desired === 'running') this.#startProcess('start');
      })
      .catch(() => undefined);
  }

  /** What the supervisor does: asks whoever lives, and starts one that begins nothing. */
  #panic(): void {
    if (this.#panicking !== null) return;
    this.#desired = 'stopped';
    this.#onStop = null;
    this.#cancelRestart();
    this.#panicking = { fenced: false, answered: false };
    const process = this.#process;
    if (process?.session) return this.#askForPanic(process, PANIC_LIMIT_MS);
    process?.life.end('it can do nothing yet');
    if (!this.#panicking.fenced) this.#panicFenced();
  }

  #panicFenced(): void {
    if (this.#panicking === null) return;
    this.#panicking.fenced = true;
    this.#startProcess('panic');
  }

  #askForPanic(process: BotProcess, limitMs: number): void {
    const asked = this.#schedule.time;
    this.#schedule.after(limitMs, () => {
      if (this.#panicking === null || !process.life.alive) return;
      const calm = this.#schedule.time - Math.max(asked, this.#troubledUntil);
      const patient = silenceOf(this.#scenario.roughness) > 0.12;
      if (calm >= limitMs && !patient) {
        this.#broken(said('panic', `no receipt in ${limitMs} ms`));
      }
      process.life.end('it gave no receipt of its panic');
    });
    process
      .panic()
      .then((receipt) => this.#panicked(process, receipt))
      .catch(() => undefined);
  }

  #panicked(process: BotProcess, receipt: StopReceipt | null): void {
    if (receipt === null || !process.life.alive || this.#panicking === null) return;
    this.#tell(`panicked: ${JSON.stringify(receipt)}`);
    const { orders_left, position, why_not_flat: why } = receipt;
    const told = orders_left === 0 && lotsOf(this.#market, position) === 0;
    const left = this.#notFlat();
    if (told && left !== null) this.#broken(said('panic', `it says flat, and ${left}`));
    if (!told && !why) this.#broken(said('panic', 'it is not flat and does not say why'));
    this.#flat = told;
    this.#panicking.answered = true;
    process
      .close()
      .then(() => this.#panicEnded())
      .catch(() => undefined);
  }

  #panicEnded(): void {
    this.#panicking = null;
    if (this.#desired === 'running') this.#startProcess('start');
  }

  /** What is left of ours at the venue, in words; null: nothing. */
  #notFlat(): string | null {
    const orders = this.#exchange.live.filter((order) => !order.foreign).length;
    const lots = this.#exchange.account.lots - this.#referees.strangeLots;
    return orders === 0 && lots === 0 ? null : `${orders} orders rest, ${lots} lots are held`;
  }

  async #restart(): Promise<void> {
    const process = this.#process;
    if (process?.ready !== true || this.#desired !== 'running') return;
    if (this.#panicking !== null) return;
    process
      .close()
      .then(() => this.#startProcess('restart'))
      .catch(() => undefined);
  }

  #startProcess(cause: Cause): void {
    if (this.#process?.life.alive === true) return;
    this.#flat = false;
    const { values, duration, interval } = this.#scenario;
    this.#processes += 1;
    const count = this.#processes;
    const life = new Life(this.#schedule, (how) => this.#died(life, how));
    const clock = simClock(life, this.#wall);
    const faults = this.#faults;
    const books = onDisk(new Books(this.#db), {
      ...{ life, disk: this.#disk, faults },
      committed: (turn) => this.#referees.committed(turn),
    });
    const referees = this.#referees;
    this.#venue = this.#stage.open({
      ...{ life, clock, count },
      watcher: {
        submits: (order) => referees.submits(order),
        cancels: (id) => referees.cancels(id),
        asks: () => referees.asks(),
      },
    });
    const process = new BotProcess({
      ...{ life, clock, books, venue: this.#venue, log: this.#log },
      ...{ values, duration, interval },
      failed: (error, when) => this.#failed(life, error, when),
      ready: () => {
        if (cause === 'panic') this.#askForPanic(process, RECOVERY_LIMIT_MS);
        else this.#stopProcess();
      },
    });
    this.#process = process;
    this.#referees.started(cause);
    this.#tell(`process ${count} starts`);
    process.start(cause);
  }

  #died(life: Life, how: string): void {
    void this.#venue?.close();
    this.#tell(`the process ends: ${how}`);
    this.#troubledUntil = Math.max(this.#troubledUntil, this.#schedule.time);
    if (how === 'the world ended' || this.#process?.life !== life) return;
    const delay = new Dice(hash(this.#scenario.seed, 'restart', this.#processes)).whole(300, 5000);
    const panicking = this.#panicking;
    if (how === 'told to end' && panicking?.answered !== false) return;
    if (panicking === null) {
      this.#cancelRestart = this.#schedule.after(delay, () => this.#startProcess('restart'));
    } else if (panicking.fenced) {
      this.#tell('panicked: it may not be flat, its bot has ended');
      this.#panicEnded();
    } else {
      panicking.fenced = true;
      this.#schedule.after(delay, () => this.#panicFenced());
    }
  }

  #failed(life: Life, error: unknown, when: 'opening' | 'running'): void {
    if (error instanceof Killed || !life.alive) return;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#tell(`failed while ${when}: ${text}`);
    const worldly =
      error instanceof VenueFault || error instanceof GriddError || isStorageFault(error);
    // A start that is not possible now is tried again; once it runs, the world must not end it.
    if (when === 'opening' && worldly) return life.end('it could not open');
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    this.#broken(said('crash', `${text}\n${stack}`));
  }

  #ask(request: Promise<unknown> | undefined): void {
    request?.catch((error: unknown) => {
      if (error instanceof GriddError) this.#tell(`refused: ${error.message}`);
    });
  }

  /** Leaves the world in peace until everything is right; not for longer than `CALM_MS`. */
  async #calm(): Promise<void> {
    this.#strike(false);
    this.#heal();
    let unrest: Breach | null = null;
    for (let second = 0; second * 1000 < CALM_MS; second += 1) {
      await this.#jiggle();
      if (this.#breach !== null) return;
      unrest = second < 3 ? said('calm', 'too soon') : this.#unrest();
      if (unrest === null) break;
    }
    if (unrest !== null) this.#broken({ ...unrest, message: `when quiet: ${unrest.message}` });
    this.#strike(true);
  }

  #strike(on: boolean): void {
    this.#faults.on = on;
    this.#stage.strike(on);
  }

  #unrest(): Breach | null {
    if (this.#onStop !== null) return said('stop', 'it has not stopped yet');
    if (this.#panicking !== null) return said('panic', 'it has not ended yet');
    if (this.#desired === 'stopped') return null;
    if (this.#process?.ready !== true) return said('lives', 'no process is ready');
    if (Math.abs(this.#referees.strangeLots) > 1) return this.#acceptWhenSure();
    const paused = this.#process.session?.runner.state.paused === true;
    return this.#referees.unrest(paused ? 'paused' : 'running');
  }

  /** A stranger traded: the grid must know and hold still; then the user takes it for true. */
  #acceptWhenSure(): Breach {
    const unrest = this.#referees.unrest('differs');
    if (unrest !== null) return unrest;
    this.#ask(this.#process?.service?.acceptPosition({}));
    return said('position differs', 'it was accepted, and that is not enough');
  }

  #heal(): void {
    this.#stage.heal();
    this.#disk.full = false;
    // Away from the lines, so that nothing trades while the world is looked at.
    const { lines } = this.#state()?.plan ?? { lines: [] };
    let { ticks } = this.#exchange;
    while (lines.some((line) => Math.abs(line - ticks) < 2)) ticks += 1;
    this.#stage.moveTo(ticks);
  }

  /** One second in which the price moves by one tick, there or back. */
  async #jiggle(): Promise<void> {
    const { ticks } = this.#exchange;
    this.#stage.moveTo(Math.floor(this.#schedule.time / 1000) % 2 === 0 ? ticks + 1 : ticks - 1);
    await this.#pass(1000);
  }

  #state(): GridState | null {
    const session = this.#process?.session;
    if (session !== null && session !== undefined) return session.runner.state;
    const stored = this.#db.prepare('SELECT state FROM engine').get();
    return stored === undefined ? null : decodeState((stored as { state: string }).state);
  }

  #broken(breach: Breach): void {
    this.#breach ??= breach;
    this.#tell(`BROKEN ${breach.referee}: ${breach.message}`);
  }

  #heard(line: string): void {
    const { msg, ...rest } = JSON.parse(line) as { msg: string };
    const detail = JSON.stringify({ ...rest, time: undefined, level: undefined, id: undefined });
    this.#tell(`bot: ${msg} ${detail}`);
  }

  #tell(text: string): void {
    const seconds = (this.#schedule.time / 1000).toFixed(3).padStart(9);
    this.#told.push(`${seconds} ${text}`);
    if (this.#told.length > TOLD) this.#told.shift();
  }
}

function describe(step: Step): string {
  return JSON.stringify(step);
}

function said(referee: string, message: string): Breach {
  return { referee, message };
}
