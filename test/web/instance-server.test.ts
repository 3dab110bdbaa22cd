import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { ask } from './http-client.ts';
import { SAMPLE_FILL, SAMPLE_LEVEL, SAMPLE_RECEIPT, SAMPLE_STATUS } from './sample-service.ts';
import { serveSample } from './served.ts';
import type { Served } from './served.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
let served: Served;

beforeAll(async () => {
  served = await serveSample();
});
afterAll(() => served.server.close());

describe('reading routes', () => {
  it('reports the port it bound', () => {
    expect(served.port).toBeGreaterThan(0);
    expect(served.server.url).toBe(`http://127.0.0.1:${served.port}`);
    expect(served.server.warning).toBeNull();
  });

  it('GET /health names instance and pid', async () => {
    const { status, json } = await ask(served.port, '/health');
    expect(status).toBe(200);
    expect(json).toEqual({ status: 'healthy', instance_id: 'bp_sol_01', pid: process.pid });
  });

  it('GET /healthz is 503 as soon as one part fails', async () => {
    expect(await ask(served.port, '/healthz')).toMatchObject({
      status: 200,
      json: { ok: true, database: 'ok', venue: 'ok', engine: 'ok' },
    });
    const broken = { ok: false, database: 'ok', venue: 'no answer for 12 s', engine: 'ok' };
    served.service.healthy = broken;
    expect(await ask(served.port, '/healthz')).toMatchObject({ status: 503, json: broken });
  });

  it('GET /api/status, orders and levels hand on what the service shows', async () => {
    expect((await ask(served.port, '/api/status')).json).toEqual(SAMPLE_STATUS);
    expect((await ask(served.port, '/api/levels')).json).toEqual([SAMPLE_LEVEL]);
    expect((await ask(served.port, '/api/orders')).json).toMatchObject([{ id: 1, role: 'grid' }]);
  });

  it('GET /api/fills takes a limit, 100 by default', async () => {
    served.service.limits.length = 0;
    expect((await ask(served.port, '/api/fills')).json).toEqual([SAMPLE_FILL]);
    await ask(served.port, '/api/fills?limit=1');
    await ask(served.port, '/api/fills?limit=1000');
    expect(served.service.limits).toEqual([100, 1, 1000]);
  });

  it('GET /api/receipts takes a series and a limit, and refuses others', async () => {
    expect((await ask(served.port, '/api/receipts')).json).toEqual([SAMPLE_RECEIPT]);
    expect((await ask(served.port, '/api/receipts?by=day&limit=5')).json).toEqual([]);
    for (const query of ['by=week', 'limit=0', 'since=1']) {
      const { status, json } = await ask(served.port, `/api/receipts?${query}`);
      expect({ status, code: (json as { code: string }).code }).toEqual({
        status: 400,
        code: 'BAD_REQUEST',
      });
    }
  });

  it.each(['/assets/../package.json', '/assets/%2e%2e%2fpackage.json', '/assets/none.js', '/nope'])(
    'answers %s with NOT_FOUND in the error shape',
    async (path) => {
      const { status, json } = await ask(served.port, path);
      expect(status).toBe(404);
      expect(json).toMatchObject({ code: 'NOT_FOUND', hint: expect.any(String) as string });
    },
  );

  it('HEAD / answers without a body', async () => {
    const head = await ask(served.port, '/', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
  });
});

describe('routes about money', () => {
  const post = (path: string, body = '{}') =>
    ask(served.port, path, { method: 'POST', headers: JSON_TYPE, body });

  it('closes the carry, and shows a difference of position before it is booked', async () => {
    expect((await post('/api/close-carry')).json).toMatchObject({ carry: '0', pending: false });
    const dry = await post('/api/accept-position', '{"dry_run":true}');
    expect(dry.json).toMatchObject({ applied: false, difference: '0.5' });
    expect((await post('/api/accept-position')).json).toMatchObject({ applied: true });
    expect((await post('/api/accept-position', '{"dry_run":1}')).status).toBe(400);
  });

  it('takes an adjust of the size or the investment alone', async () => {
    served.service.adjustments.length = 0;
    for (const request of [{ order_quantity: '0.2' }, { investment: 500, dry_run: true }]) {
      expect((await post('/api/grid/adjust', JSON.stringify(request))).status).toBe(200);
      expect(served.service.adjustments.at(-1)?.request).toEqual(request);
    }
    expect((await post('/api/grid/adjust', '{"investment":0}')).status).toBe(400);
  });

  it('says at a resume what had tripped the grid', async () => {
    served.service.change({ grid_state: 'tripped', tripped: { reason: 'max_loss', text: 'why' } });
    expect((await post('/api/resume')).json).toMatchObject({ ok: true, was_tripped: 'why' });
    expect((await post('/api/resume')).json).toMatchObject({ was_tripped: null });
  });
});

describe('writing routes', () => {
  it("takes the guide's adjust as it stands", async () => {
    const { status, json } = await ask(served.port, '/api/grid/adjust', {
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"grid_upper_price": 165, "grid_lower_price": 135}',
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ applied: true, lower: '135', upper: '165' });
    expect(served.service.adjustments.at(-1)).toEqual({
      request: { grid_upper_price: 165, grid_lower_price: 135 },
      key: null,
    });
  });

  it('hands every field on unchanged, and the Idempotency-Key', async () => {
    const request = {
      grid_upper_price: '165.000000000000000001',
      grid_lower_price: 135.5,
      grid_num: 30,
      order_quantity: '0.25',
      position: 'rebalance',
      dry_run: true,
    };
    const { json } = await ask(served.port, '/api/grid/adjust', {
      method: 'POST',
      headers: { ...JSON_TYPE, 'idempotency-key': 'k-1' },
      body: JSON.stringify(request),
    });
    expect(json).toMatchObject({ applied: false });
    expect(served.service.adjustments.at(-1)).toEqual({ request, key: 'k-1' });
  });

  it('passes a refusal of the service on with every problem', async () => {
    const problems = [{ path: 'grid_num', message: 'two lines fall on one tick' }];
    served.service.failure = new GriddError('ADJUST_REFUSED', 'The grid is refused.', { problems });
    const body = '{"grid_upper_price": 165, "grid_lower_price": 135}';
    const answer = await ask(served.port, '/api/grid/adjust', {
      method: 'POST',
      headers: JSON_TYPE,
      body,
    });
    served.service.failure = null;
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'ADJUST_REFUSED', problems });
  });

  it.each([
    ['no body and no type', {}],
    ['an empty form body', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a JSON type and no body', JSON_TYPE],
  ])('pause and resume work with %s', async (_name, headers) => {
    const ask1 = { method: 'POST', headers: { ...headers, 'content-length': '0' } };
    const paused = await ask(served.port, '/api/pause', ask1);
    expect(paused).toMatchObject({ status: 200, json: { ok: true, grid_state: 'paused' } });
    const resumed = await ask(served.port, '/api/resume', ask1);
    expect(resumed).toMatchObject({ status: 200, json: { ok: true, grid_state: 'running' } });
  });

  it('pause and resume work with {}', async () => {
    const asked = { method: 'POST', headers: JSON_TYPE, body: '{}' };
    expect((await ask(served.port, '/api/pause', asked)).json).toMatchObject({ ok: true });
    expect((await ask(served.port, '/api/resume', asked)).json).toMatchObject({ ok: true });
  });

  it('answers a refused pause with its own code and status', async () => {
    served.service.change({ grid_state: 'finished' });
    const answer = await ask(served.port, '/api/pause', { method: 'POST' });
    served.service.change({ grid_state: 'running' });
    expect(answer).toMatchObject({ status: 409, json: { code: 'INSTANCE_NOT_RUNNING' } });
  });
});

describe('our own bugs', () => {
  it('are INTERNAL, 500, logged, without a stack', async () => {
    served.bugs.length = 0;
    served.service.failure = new TypeError('x is not a function');
    const answer = await ask(served.port, '/api/status');
    served.service.failure = null;
    expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL' } });
    expect(answer.text).not.toContain('at ');
    expect(served.bugs).toHaveLength(1);
  });
});
