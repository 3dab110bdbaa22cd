import { it } from 'vitest';
import { decide, encodeState, figures } from '../../src/engine/index.ts';
import { Matching, planOf, testMarket } from './matching.ts';
it('perf', () => {
  const m = testMarket({ tick: '0.01', lot: '0.001', maker_fee: '0.0002' });
  const g = new Matching(m, planOf(m, { grid_lower_price: 100, grid_upper_price: 200, grid_num: 200 }), 15010).start();
  let s = g.state; const t: number[] = []; const f: number[] = [];
  for (const [id] of g.resting) s = decide(m, s, { type: 'accepted', id, at_ms: 0 }).state;
  for (let i = 0; i < 8000; i++) {
    const p = 15010 + (i % 30) - 15;
    const a = performance.now(); s = decide(m, s, { type: 'price', ticks: p, at_ms: i }).state; t.push(performance.now() - a);
    const buys = s.orders.filter((o) => o.side === (i % 2 ? 'sell' : 'buy')).sort((x, y) => (i % 2 ? 1 : -1) * (x.ticks! - y.ticks!));
    const o = buys[0]!;
    const b = performance.now(); const d = decide(m, s, { type: 'fill', trade_id: 't', id: o.id, side: o.side, ticks: o.ticks!, lots: o.lots, fee: 1n, at_ms: i }); f.push(performance.now() - b);
    s = d.state; for (const c of d.commands) if (c.type === 'place') s = decide(m, s, { type: 'accepted', id: c.id, at_ms: i }).state;
  }
  const q = (x: number[], k: number) => (x.sort((a, b) => a - b)[Math.floor(x.length * k)]! * 1000).toFixed(1);
  const e0 = performance.now(); for (let i = 0; i < 200; i++) encodeState(s); const e1 = performance.now();
  for (let i = 0; i < 200; i++) figures(m, s, 15000);
  console.log('price p50', q(t, 0.5), 'p99', q(t, 0.99), 'fill p50', q(f, 0.5), 'p99', q(f, 0.99), 'encode us', ((e1 - e0) * 5).toFixed(0), 'figures us', ((performance.now() - e1) * 5).toFixed(0));
});
