/** What the page reads beside the figures: defaults, what is handed on, what is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from './http-client.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

let served: Served;
beforeAll(async () => {
  served = await serveSample();
});
afterAll(() => served.server.close());

const get = (path: string) => ask(served.port, path);

test.each([
  ['/api/candles', ['candles', '1m', 0, Number.MAX_SAFE_INTEGER]],
  ['/api/candles?interval=1h&from=10&to=20', ['candles', '1h', 10, 20]],
  ['/api/equity', ['equity', 'all']],
  ['/api/equity?span=7d', ['equity', '7d']],
  ['/api/heat', ['heat', 0]],
  ['/api/fills/page', ['fills', 100, null]],
  ['/api/fills/page?limit=5&before=7', ['fills', 5, '7']],
  ['/api/orders/page?status=filled', ['orders', 100, null, 'filled']],
  ['/api/happenings?limit=2&before=9', ['happenings', 2, 9]],
])('%s asks the service', async (path, asked) => {
  const { status } = await get(path);
  expect(status).toBe(200);
  expect(served.service.page.asked.at(-1)).toEqual(asked);
});

test.each([
  ['/api/candles?interval=2m', 'interval'],
  ['/api/candles?from=yesterday', 'from'],
  ['/api/equity?span=2d', 'span'],
  ['/api/orders/page?status=lost', 'status'],
  ['/api/fills/page?before=-1', 'before'],
  ['/api/happenings?limit=1001', 'limit'],
])('%s is refused and names %s', async (path, field) => {
  const { status, json } = await get(path);
  expect(status).toBe(400);
  expect(json).toMatchObject({ code: 'BAD_REQUEST', problems: [{ path: field }] });
});
