/**
 * `gridd stop ID…`: the only verb that touches orders and position; what it left is printed as a
 * receipt.
 */
import { GriddError } from '../../contract/errors.ts';
import type { OnStop } from '../../contract/trading.ts';
import type { Context } from '../context.ts';
import { fleetCommand } from '../fleet-command.ts';
import type { Selection } from '../select.ts';

/** The CLI waits a quarter of an hour for an answer. */
const LONGEST_STOP_S = 600;

export interface StopOptions {
  readonly json?: boolean;
  readonly orders?: string;
  readonly position?: string;
  readonly timeout?: string;
  readonly allDescendants?: boolean;
}

/** Stops the instances; what is not given is what each config's on_stop says. */
export function stop(
  context: Context,
  selection: Selection,
  options: StopOptions,
): Promise<number> {
  const { json = false, timeout, allDescendants = false } = options;
  const stop = {
    on_stop: onStopOf(options),
    ...(timeout !== undefined && { timeout_s: secondsOf(timeout) }),
    ...(allDescendants && { all_descendants: true }),
  };
  return fleetCommand(context, 'stop', selection, { json, stop });
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= LONGEST_STOP_S) return seconds;
  throw new GriddError('USAGE', `--timeout takes seconds, 0 to ${LONGEST_STOP_S}, not "${text}".`);
}

function onStopOf({ orders, position }: StopOptions): Partial<OnStop> {
  const first = orders && oneOf<OnStop['orders']>('--orders', orders, ['cancel', 'keep']);
  const second = position && oneOf<OnStop['position']>('--position', position, ['keep', 'close']);
  return { ...(first && { orders: first }), ...(second && { position: second }) };
}

function oneOf<T extends string>(option: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given);
  if (found !== undefined) return found;
  throw new GriddError('USAGE', `${option} takes ${allowed.join(' or ')}, not "${given}".`);
}
