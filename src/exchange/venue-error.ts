/**
 * What a venue's fault means to a user: the code of its cause, one sentence, and whether it will
 * pass by itself.
 */
import { GriddError } from '../contract/errors.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { FaultCause, VenueFault } from './port.ts';

const CODES: Readonly<Record<FaultCause, ErrorCode>> = {
  key: 'VENUE_KEY',
  permission: 'VENUE_PERMISSION',
  address: 'VENUE_ADDRESS',
  clock: 'VENUE_CLOCK',
  symbol: 'VENUE_SYMBOL',
  capability: 'VENUE_REFUSED',
  rate: 'VENUE_RATE',
  maintenance: 'VENUE_MAINTENANCE',
  name: 'VENUE_NAME',
  tls: 'VENUE_TLS',
  connection: 'VENUE_UNREACHABLE',
  timeout: 'VENUE_UNREACHABLE',
  blocked: 'VENUE_BLOCKED',
  answer: 'VENUE_ANSWER',
  other: 'VENUE_UNREACHABLE',
};

const WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  VENUE_KEY: 'does not take this key',
  VENUE_PERMISSION: 'does not let this key do that',
  VENUE_ADDRESS: 'does not take this key from the address of this machine',
  VENUE_CLOCK: 'finds the time of this machine wrong',
  VENUE_SYMBOL: 'has no open market of this symbol',
  VENUE_REFUSED: 'refuses',
  VENUE_RATE: 'takes no more requests now',
  VENUE_MAINTENANCE: 'is under maintenance',
  VENUE_NAME: 'cannot be found by its name',
  VENUE_TLS: 'is not reached over a connection that can be trusted',
  VENUE_BLOCKED: 'is blocked for this machine',
  VENUE_ANSWER: 'gave an answer that cannot be read',
  VENUE_UNREACHABLE: 'does not answer',
};

/** Whether the fault will not change by itself: the user must act. */
export function isPermanent(fault: VenueFault): boolean {
  return fault.kind === 'refused';
}

const ENDING: readonly FaultCause[] = ['key', 'permission', 'address', 'clock', 'symbol'];

/** Whether it leaves a bot nothing to do but end: whatever it asks will be refused as well. */
export function endsTrading(fault: VenueFault): boolean {
  return isPermanent(fault) && ENDING.includes(fault.because);
}

/** The fault as the user's error: `venue` is its name, the cause's own words follow. */
export function venueError(venue: string, fault: VenueFault): GriddError {
  // What is refused for a reason of the venue's own is not a matter of reaching it.
  const refused = isPermanent(fault) && CODES[fault.because] === 'VENUE_UNREACHABLE';
  const code = refused ? 'VENUE_REFUSED' : CODES[fault.because];
  const said = fault.message.replace(/\.$/, '');
  return new GriddError(code, `${venue} ${WORDS[code] ?? 'failed'}: ${said}.`);
}
