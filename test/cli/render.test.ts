import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunks,
  durationText,
  moneyText,
  nextStartText,
  renderList,
  renderTable,
} from '../../src/cli/render.ts';
import type { ListRow } from '../../src/contract/fleet-api.ts';
import { PROCESS_STATES } from '../../src/contract/instance-api.ts';

const ESCAPE = '\u001b';

function row(more: Partial<ListRow> = {}): ListRow {
  return {
    id: 'bp_sol_01',
    state: 'running',
    desired: 'running',
    grid_state: 'running',
    pid: 4711,
    web_port: 5001,
    venue: 'paper',
    mode: 'paper',
    symbol: 'SOL_USDC_PERP',
    position: '-0.5',
    grid_profit: '12.3456',
    total_pnl: '-3.1',
    restarts: 0,
    cpu_percent: 1.25,
    memory_mb: 78.4,
    uptime_s: 3725,
    started_at: '2026-01-02T03:04:05.000Z',
    config_file: 'config/active/bp_sol_01.json',
    log_dir: 'logs/bp_sol_01',
    last_error: null,
    ...more,
  };
}

const narrow = { columns: 80, colours: false, wide: false };

it('says when a restart that waits comes', () => {
  const at = (next_start_at: string | null) => nextStartText(row({ next_start_at }), 1_000_000);
  expect(at(new Date(1_072_000).toISOString())).toBe('in 1m12s');
  expect(at(new Date(999_000).toISOString())).toBe('now');
  expect([at(null), nextStartText(row(), 0)]).toEqual([null, null]);
});

describe('the table of list', () => {
  it('names every column and puts each value under its title', () => {
    const [first = '', second = '', line = ''] = renderList([row()], narrow).split('\n');
    expect(`${first} ${second}`.split(/\s+/)).toEqual(
      expect.arrayContaining(['id', 'state', 'port', 'symbol', 'position', 'total', 'uptime']),
    );
    expect(line.split(/\s+/)).toEqual(
      'bp_sol_01 running 5001 SOL_USDC_PERP -0.5 12.35 -3.10 0 1h02m'.split(' '),
    );
  });

  it('fits into 80 columns and cuts no number, whatever the ids', () => {
    const rows = fc.array(
      fc.record({
        id: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/),
        state: fc.constantFrom(...PROCESS_STATES),
        symbol: fc.stringMatching(/^[A-Z0-9_]{1,40}$/),
        position: fc.integer({ min: -99999, max: 99999 }).map((lots) => String(lots / 100)),
        web_port: fc.integer({ min: 1024, max: 65535 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(rows, (given) => {
        const text = renderList(given.map((more) => row(more)), narrow);
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
        expect(text).not.toContain('…');
        for (const { position, state, web_port: port } of given) {
          expect(text).toContain(` ${position} `);
          expect(text).toContain(` ${state} `);
          expect(text).toContain(` ${port} `);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is wide only when asked, on one line per instance', () => {
    const long = row({ id: 'a'.repeat(64) });
    const lines = renderList([long], { ...narrow, wide: true }).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('a'.repeat(64));
    expect(lines[2]).toContain('4711');
    expect(lines[2]).toContain('config/active/bp_sol_01.json');
    expect(renderList([long], narrow)).not.toContain('config/active');
  });

  it('has colour codes only where asked', () => {
    const rows = PROCESS_STATES.map((state) => row({ state }));
    expect(renderList(rows, narrow)).not.toContain(ESCAPE);
    const coloured = renderList(rows, { ...narrow, colours: true });
    expect(coloured).toContain(`${ESCAPE}[32mrunning`);
    expect(coloured).toContain(`${ESCAPE}[31mfailed`);
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toMatch(/bp_sol_01 +failed/);
  });

  it('shows what is not known as a dash', () => {
    const none = row({ symbol: null, position: null, grid_profit: null, total_pnl: null });
    const line = renderList([{ ...none, uptime_s: null }], narrow).split('\n')[2] ?? '';
    expect(line.split(/\s+/)).toEqual(['bp_sol_01', 'running', '5001', '-', '-', '-', '-', '0', '-']);
  });

  it('lets no content steer the terminal', () => {
    const text = renderTable([{ v: `a${ESCAPE}[2Jb\nc` }], [{ title: 'v', value: (r) => r.v }], {
      width: 80,
      colours: false,
    });
    expect(text).toBe('v\na [2Jb c\n');
  });
});

describe('values', () => {
  it('cuts text without losing a character', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const pieces = chunks(text, width);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it.each([
    ['12.345', '12.35'],
    ['-0.1234567', '-0.1235'],
    ['0', '0.00'],
    ['0.00001', '0.0000'],
    ['-1', '-1.00'],
    ['99999999999999999999.005', '99999999999999999999.01'],
    [null, '-'],
  ])('shows %s as %s', (given, shown) => {
    expect(moneyText(given)).toBe(shown);
  });

  it.each([
    [0, '0s'],
    [59.9, '59s'],
    [252, '4m12s'],
    [7500, '2h05m'],
    [273_600, '3d04h'],
    [null, '-'],
  ])('shows %s seconds as %s', (given, shown) => {
    expect(durationText(given)).toBe(shown);
  });
});
