/**
 * Planted bugs: each replaces a line or two of the real source while it is bundled, and must match
 * exactly once there. What the simulator is worth is what it makes of them.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { ROOT } from '../source-tree.ts';
import type { playSeed, shrunkText } from './play.ts';

interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A bug, and the referees of which one must complain. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly referees: readonly string[];
  /** First seed that is played, where the bug shows in few worlds. */
  readonly from?: number;
}

const IGNORE_TWINS: Edit = {
  file: 'src/store/statements.ts',
  find: '`INSERT INTO fills (',
  put: '`INSERT OR IGNORE INTO fills (',
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'trades are not told apart by their id',
    edits: [
      {
        file: 'src/bot/fill-booking.ts',
        find: 'if (books.hasFill(fill.trade_id)) return;',
        put: '',
      },
      IGNORE_TWINS,
    ],
    referees: ['sum of fills', 'crash'],
  },
  {
    name: 'an unknown outcome is taken for a refusal',
    edits: [
      {
        file: 'src/bot/outbox.ts',
        find: "if (outcome.status === 'unknown' || used) {",
        put: `if (outcome.status === 'unknown') {
          return this.#rejected(id, 'other', outcome.message);
        }
        if (used) {`,
      },
    ],
    referees: ['one order a line', 'max open orders', 'orders', 'receipt', 'stop', 'max position'],
  },
  {
    name: 'a look-up that finds nothing is taken for proof',
    edits: [
      {
        file: 'src/bot/look-up.ts',
        find: 'if (watched.missedAt !== null && begunAt >= watched.missedAt + this.#lag) {',
        put: 'if (begunAt >= 0) {',
      },
    ],
    referees: ['one order a line', 'max open orders', 'orders', 'receipt', 'stop'],
  },
  {
    name: 'a part of an order is booked twice',
    edits: [
      {
        file: 'src/bot/fill-booking.ts',
        find: 'batch.byOrder.set(id, executed);',
        put: `batch.byOrder.set(id, executed);
        const twin = trade_id + '+';
        if (grid.state.orders.some((order) => order.id === id)) {
          const part = { type: 'fill', trade_id: twin, id, side, ticks, lots: 1, fee, at_ms } as const;
          batch.byTrade.set(twin, part);
        }`,
      },
    ],
    referees: ['booked truly', 'crash'],
  },
  {
    name: 'what a stop finds unsent is sent',
    edits: [
      {
        file: 'src/bot/outbox.ts',
        find: 'this.#drop(({ role }) => !mayPlace(grid.state, role));',
        put: '',
      },
      {
        file: 'src/bot/outbox.ts',
        find: 'if (unsent) this.#drop((place) => place.id === id);',
        put: '',
      },
      { file: 'src/bot/outbox.ts', find: 'else if (!this.#cancels.includes(id))', put: '' },
    ],
    referees: ['stop', 'pause'],
  },
  {
    name: 'late fills are left out',
    edits: [
      {
        file: 'src/bot/fill-booking.ts',
        find: 'if (id === null) return this.#report(fill);',
        put: `if (id === null) return this.#report(fill);
        if (!grid.state.orders.some((order) => order.id === id)) return;`,
      },
      {
        file: 'src/bot/look-up.ts',
        find: 'else if ((lotsOf(market, seen.filled) ?? live.lots) > live.filled) this.#later(id);',
        put: '',
      },
    ],
    referees: [
      ...['nothing lost', 'position', 'position differs', 'receipt', 'booked soon'],
      'max position',
    ],
    from: 14,
  },
  {
    name: 'numbers of orders come again after a crash',
    edits: [
      {
        file: 'src/bot/order-numbers.ts',
        find: 'return Math.max(next, this.#reserved + 1);',
        put: 'return Math.max(1, next - 2);',
      },
    ],
    referees: ['crash', 'client id', 'stored first'],
  },
  {
    name: 'an order is sent before it is stored',
    edits: [
      {
        file: 'src/bot/turn.ts',
        find: "if (command.type !== 'place') return [];",
        put: 'if (command.type !== null) return [];',
      },
    ],
    referees: ['stored first'],
  },
  {
    name: 'a full disk is taken for stored',
    edits: [
      {
        file: 'src/bot/books-writer.ts',
        find: 'await this.#parts.clock.delay(COMMIT_RETRY_MS);',
        put: 'return;',
      },
    ],
    referees: ['stored first', 'stop', 'sum of fills', 'crash'],
  },
  {
    name: 'the executed part of a cancelled order is forgotten',
    edits: [
      {
        file: 'src/engine/decide.ts',
        find: "if (order.role === 'close') waitClose(draft, 'price');\n  if (order.status",
        put: `if (order.role === 'line' && order.gap !== null && order.filled > 0) {
          draft.setGap(order.gap, { [order.side]: { lots: 0, quote: 0n, fee: 0n } });
        }
        if (order.status`,
      },
      {
        file: 'src/bot/grid-turns.ts',
        find: 'if (breach === null) return;',
        put: 'return;',
      },
    ],
    referees: ['identity'],
  },
  {
    name: 'funding is booked each time it is listed',
    edits: [
      {
        file: 'src/bot/funding.ts',
        find: 'books.hasFunding(funding_id)',
        put: 'false',
      },
      {
        file: 'src/store/statements.ts',
        find: 'INSERT INTO funding (',
        put: 'INSERT OR IGNORE INTO funding (',
      },
    ],
    referees: ['sum of fills'],
  },
  {
    name: 'the sign of a fee is wrong',
    edits: [
      {
        file: 'src/bot/venue-numbers.ts',
        find: 'const fee = roundedMoney(fill.fee);',
        put: 'const fee = -(roundedMoney(fill.fee) ?? 0n);',
      },
    ],
    referees: ['booked truly'],
  },
  {
    name: 'everything that rests is cancelled, whosoever it is',
    edits: [
      {
        file: 'src/bot/reconcile.ts',
        find: 'if (!ids.isOurs(name) || alive.has(name)) continue;',
        put: 'if (alive.has(name)) continue;',
      },
      {
        file: 'src/bot/reconcile.ts',
        find: '(books.orderIdOf(name) === null ? foreign : strays).push(name);',
        put: 'strays.push(name);',
      },
    ],
    referees: ['foreign'],
  },
  {
    name: 'a silent stream is not noticed',
    edits: [
      {
        file: 'src/bot/stream-watch.ts',
        find: 'if (!this.#silent) return null;',
        put: 'if (this.#silent || !this.#silent) return null;',
      },
    ],
    referees: ['silence'],
    from: 50,
  },
  {
    name: 'a position that differs stops nothing',
    edits: [
      {
        file: 'src/engine/survey.ts',
        find: "if (state.mismatch !== null) return 'position_differs';",
        put: '',
      },
      {
        file: 'src/bot/outbox.ts',
        find: 'if (state.tripped !== null || state.mismatch !== null) return false;',
        put: 'if (state.tripped !== null) return false;',
      },
      {
        file: 'src/engine/converge.ts',
        find: 'const places = !paused && tripped === null && mismatch === null;',
        put: 'const places = !paused && tripped === null && (mismatch === null || true);',
      },
    ],
    referees: ['position differs'],
  },
  {
    name: 'a refused duplicate is believed',
    edits: [
      {
        file: 'src/bot/outbox.ts',
        find: "outcome.reason === 'duplicate_client_id';",
        put: "outcome.reason === 'other';",
      },
    ],
    referees: ['one order a line', 'max position', 'max open orders', 'orders', 'receipt', 'stop'],
  },
  {
    name: 'max_open_orders is not looked at',
    edits: [
      {
        file: 'src/engine/survey.ts',
        find: 'const own = plan.fences.max_open_orders ?? Infinity;',
        put: 'const own = Infinity;',
      },
    ],
    referees: ['max open orders'],
  },
  {
    name: 'no order is too large',
    edits: [
      {
        file: 'src/engine/fences.ts',
        find: 'return most === null ? Infinity : Number(most / market.quantum);',
        put: 'return most === null || market !== null ? Infinity : 0;',
      },
    ],
    referees: ['max order notional'],
    from: 18,
  },
  {
    name: 'an order at market is sent whole',
    edits: [
      {
        file: 'src/engine/fences.ts',
        find: 'if (most === null || ticks === null || draft.notional(ticks, lots) <= most) return lots;',
        put: 'if (most === null || ticks === null || lots > 0) return lots;',
      },
    ],
    referees: ['max order notional'],
    from: 18,
  },
  {
    name: 'no line is too far from the mark',
    edits: [
      {
        file: 'src/engine/fences.ts',
        find: 'return Math.abs(ticks - mark) * MILLION > collar * mark * part;',
        put: 'return Math.abs(ticks - mark) * MILLION > 1e6 * collar * mark * part;',
      },
    ],
    referees: ['price collar'],
  },
  {
    name: 'orders of a minute are not counted',
    edits: [
      {
        file: 'src/bot/rate-budget.ts',
        find: 'if (max !== null && this.#moments.length + this.#before(max, now) >= max) return false;',
        put: 'if (max !== null && this.#before(max, now) < 0) return false;',
      },
    ],
    referees: ['orders per minute'],
    from: 16,
  },
  {
    name: 'a new process counts orders anew',
    edits: [
      {
        file: 'src/bot/rate-budget.ts',
        find: 'return now - this.#began < MINUTE_MS ? this.#earlier(max, MINUTE_MS) : 0;',
        put: 'return now < this.#began ? this.#earlier(max, MINUTE_MS) : 0;',
      },
    ],
    referees: ['orders per minute'],
    from: 30,
  },
  {
    name: 'a loss trips nothing',
    edits: [
      {
        file: 'src/engine/fences.ts',
        find: 'base - total < fences.max_loss) return;',
        put: 'base - total < 100n * fences.max_loss) return;',
      },
    ],
    referees: ['max loss'],
    from: 51,
  },
  {
    name: 'a trip stops nothing',
    edits: [
      {
        file: 'src/engine/survey.ts',
        find: "if (state.tripped !== null) return 'tripped';",
        put: '',
      },
      {
        file: 'src/bot/outbox.ts',
        find: 'if (state.tripped !== null || state.mismatch !== null) return false;',
        put: 'if (state.mismatch !== null) return false;',
      },
      {
        file: 'src/engine/converge.ts',
        find: 'const places = !paused && tripped === null && mismatch === null;',
        put: 'const places = !paused && mismatch === null;',
      },
    ],
    referees: ['tripped'],
  },
  {
    name: 'what rests when it trips stays',
    edits: [
      {
        file: 'src/engine/converge.ts',
        find: 'if (tripped !== null) cancelGrowing(draft);',
        put: '',
      },
    ],
    referees: ['tripped'],
    from: 45,
  },
  {
    name: 'a bot started for a panic has no fence',
    edits: [
      {
        file: 'src/bot/session.ts',
        find: "await this.runner.run(() => this.#end.raiseFence(on_stop, 'panic'));",
        put: 'void on_stop;',
      },
    ],
    referees: ['panic'],
    from: 95,
  },
  {
    name: 'a panic counts no order that is left',
    edits: [
      {
        file: 'src/bot/grid-end.ts',
        find: 'const left = liveOrders(runner.state).length;',
        put: 'const left = liveOrders(runner.state).length * 0;',
      },
    ],
    referees: ['panic'],
    from: 397,
  },
  {
    name: 'a panic does not say why it is not flat',
    edits: [
      {
        file: 'src/bot/grid-end.ts',
        find: '...(owes ? { why_not_flat: this.#whyNotFlat() } : {}),',
        put: '...(owes && cut === null ? { why_not_flat: this.#whyNotFlat() } : {}),',
      },
    ],
    referees: ['panic'],
  },
];

/** The simulator with a bug in it. */
export interface Mutated {
  readonly playSeed: typeof playSeed;
  readonly shrunkText: typeof shrunkText;
}

const FOLDER = join(ROOT, 'node_modules', '.cache', 'gridd-sim');

/** Bundles the simulator with the bug and loads it. */
export function plant(mutant: Mutant, index: number): Promise<Mutated> {
  return plantIn<Mutated>(mutant, 'test/sim/play.ts', String(index));
}

/** Bundles a program with the bug and loads it; `as` names the bundle in this process. */
export async function plantIn<T>(mutant: Mutant, entry: string, as: string): Promise<T> {
  const outfile = bundleOf(as);
  await build({
    entryPoints: [join(ROOT, entry)],
    ...{ outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20.19' },
    mainFields: ['module', 'main'],
    external: ['better-sqlite3'],
    banner: { js: REQUIRE },
    logLevel: 'warning',
    plugins: [planting(mutant)],
  });
  return (await import(pathToFileURL(outfile).href)) as T;
}

/** Removes a bundle. */
export function uproot(as: string): void {
  rmSync(bundleOf(as), { force: true });
}

function bundleOf(as: string): string {
  return join(FOLDER, `mutant-${process.pid}-${as}.mjs`);
}

// Bundled CommonJS packages ask for node: modules with require, which an ES module does not have.
const REQUIRE =
  "import { createRequire as gridd_require } from 'node:module';\n" +
  'const require = gridd_require(import.meta.url);';

function planting({ name, edits }: Mutant): Plugin {
  const planted = new Set<Edit>();
  return {
    name: 'plant',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const mine = edits.filter(({ file }) => join(ROOT, file) === path);
        if (mine.length === 0) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const edit of mine) {
          const found = contents.split(edit.find).length - 1;
          if (found !== 1) throw new Error(`"${name}": ${edit.file} has ${found} times ${edit.find}`);
          contents = contents.replace(edit.find, () => edit.put);
          planted.add(edit);
        }
        return { contents, loader: 'ts' };
      });
      bundler.onEnd(() => {
        const missed = edits.filter((edit) => !planted.has(edit));
        if (missed.length > 0) throw new Error(`"${name}": ${missed[0]?.file} was not bundled`);
      });
    },
  };
}
