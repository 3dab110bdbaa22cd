/** Plays worlds over the wire and says what became of them. */
import { asterKind } from '../../../src/exchange/aster/index.ts';
import { backpack } from '../../../src/exchange/backpack/index.ts';
import { asterFace } from '../../../src/exchange/sim/aster/index.ts';
import { backpackFace } from '../../../src/exchange/sim/backpack/index.ts';
import { playWorld } from '../../sim/world.ts';
import type { Verdict } from '../../sim/world.ts';
import { wireScenario } from './wire-scenario.ts';
import type { Length } from './wire-scenario.ts';
import { wireStage } from './wire-stage.ts';
import type { WireKind } from './wire-stage.ts';

export const WIRES: Readonly<Record<'backpack' | 'aster', WireKind>> = {
  backpack: {
    ...{ kind: backpack, face: backpackFace, crossing: 'expire' },
    ...{ symbol: 'SOL_USDC_PERP', base: 'SOL', quote: 'USDC' },
    credentials: ({ api_key = '', secret_key = '' }) => ({ api_key, secret_key }),
    fundingId: ({ symbol, at_ms }) => `${symbol}-${at_ms}`,
  },
  aster: {
    ...{ kind: asterKind, face: asterFace, crossing: 'refuse' },
    ...{ symbol: 'SOLUSDT', base: 'SOL', quote: 'USDT' },
    credentials: ({ account_address = '', private_key = '' }) => ({ account_address, private_key }),
    fundingId: ({ id }) => String(id),
  },
};

/** The worlds of every `npm test`: of the first forty those in which most happens. */
export const SEEDS: Readonly<Record<keyof typeof WIRES, readonly number[]>> = {
  backpack: [9, 1, 16, 24, 31, 37],
  aster: [13, 6, 14, 23, 16, 7],
};

/** Plays the world of a seed over the wire. */
export function playOverWire(
  name: keyof typeof WIRES,
  seed: number,
  length: Length = 'short',
): Promise<Verdict> {
  const wire = WIRES[name];
  return playWorld(wireScenario(seed, wire, length), null, wireStage(wire));
}

/** What a failure is, how to see it again, and the last lines of what happened. */
export function wireFailureText(name: string, { seed, breach, told }: Verdict, lines = 80): string {
  const soak = process.env['GRIDD_SOAK'] === undefined ? '' : ' GRIDD_SOAK=1';
  return [
    `${name}, seed ${seed}: referee "${breach?.referee}": ${breach?.message}`,
    `replay: GRIDD_WIRE_SEED=${seed}${soak} npm test -- test/exchange/over-wire/${name}.test.ts`,
    ...told.slice(-lines),
  ].join('\n');
}
