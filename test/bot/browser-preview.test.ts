/**
 * The engine as a browser gets it, bundled and without anything of node: from what the bot tells
 * its page it answers exactly what the bot's own dry run answers.
 */
import { build } from 'esbuild';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import type { AdjustRequest } from '../../src/contract/instance-api.ts';
import { ROOT } from '../source-tree.ts';
import { VALUES, movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Desk } from './grid-rig.ts';

let bundle = '';
beforeAll(async () => {
  const made = await build({
    entryPoints: [join(ROOT, 'src', 'engine', 'index.ts')],
    ...{ bundle: true, write: false, minify: true, format: 'iife', platform: 'browser' },
    globalName: 'engine',
  });
  bundle = made.outputFiles[0]?.text ?? '';
});

/** What the page would show, computed from JSON alone in a context without node. */
function inBrowser(desk: Desk, request: AdjustRequest): unknown {
  const context = createContext({
    view: JSON.stringify(desk.service.page.engine()),
    request: JSON.stringify(request),
  });
  const question = 'engine.dryRun(engine.gridNow(JSON.parse(view)), JSON.parse(request))';
  const text: unknown = runInContext(
    `${bundle}; const tried = ${question};
     JSON.stringify('problems' in tried ? { problems: tried.problems } : tried.answer)`,
    context,
  );
  return JSON.parse(String(text));
}

async function byBot(desk: Desk, request: AdjustRequest): Promise<unknown> {
  try {
    return await desk.service.adjust({ ...request, dry_run: true }, null);
  } catch (error) {
    const { problems } = error as { problems: unknown };
    return { problems };
  }
}

const REQUESTS: readonly AdjustRequest[] = [
  { grid_upper_price: 110, grid_lower_price: 100 },
  { grid_upper_price: '112', grid_lower_price: '98', grid_num: 14 },
  { grid_upper_price: 108, grid_num: 8, position: 'rebalance' },
  { order_quantity: 0.3 },
  { investment: 2000 },
  { grid_lower_price: 90.005 },
  { grid_lower_price: 120, grid_num: 500 },
  { order_quantity: 4000 },
];

test.each(['neutral', 'long', 'short'] as const)('a %s grid that has traded', async (direction) => {
  const rig = openRig(10550);
  rig.books.setMeta('effective', JSON.stringify({ ...VALUES, direction }));
  const desk = await openDesk(rig, rig.venue, undefined, { values: { direction } });
  await desk.session.connect();
  await movePrice(rig, desk, 10250);
  await movePrice(rig, desk, 10450);
  const refused: unknown[] = [];
  for (const request of REQUESTS) {
    const answer = await byBot(desk, request);
    expect(inBrowser(desk, request), JSON.stringify(request)).toEqual(answer);
    if (typeof answer === 'object' && answer !== null && 'problems' in answer) refused.push(answer);
  }
  // Both kinds of answers were compared.
  expect(refused.length).toBeGreaterThan(1);
  expect(refused.length).toBeLessThan(REQUESTS.length - 1);
  await desk.service.pause();
  expect(inBrowser(desk, { order_quantity: 0.3 })).toEqual(
    await byBot(desk, { order_quantity: 0.3 }),
  );
});
