/**
 * ccxt's exceptions as outcomes and faults. Only what certainly was not executed becomes a refusal;
 * everything else about an order is unknown. Told apart by class name along the chain of classes,
 * because each file of ccxt brings its own copies.
 */
import { VenueFault } from '../port.ts';
import type { FaultCause, FaultKind, Rejection, RejectReason } from '../port.ts';

/** Names of an error's class and the classes above it. */
export function classesOf(error: unknown): readonly string[] {
  const names: string[] = [];
  let at: unknown = error;
  while (at !== null && typeof at === 'object') {
    const name: unknown = (at as { constructor?: { name?: unknown } }).constructor?.name;
    if (typeof name === 'string' && !names.includes(name)) names.push(name);
    at = Object.getPrototypeOf(at);
  }
  return names;
}

const DUPLICATE = 'duplicate_client_id';
/** Most particular first. */
const REJECTIONS: readonly (readonly [string, RejectReason])[] = [
  ['OrderImmediatelyFillable', 'post_only_would_cross'],
  ['DuplicateOrderId', 'duplicate_client_id'],
  ['InsufficientFunds', 'insufficient_margin'],
  ['RateLimitExceeded', 'rate_limited'],
  ['DDoSProtection', 'rate_limited'],
  ['OnMaintenance', 'maintenance'],
  ['InvalidNonce', 'wrong_time'],
  ['MarketClosed', 'symbol_closed'],
  ['ContractUnavailable', 'symbol_closed'],
  ['BadSymbol', 'symbol_closed'],
  ['AuthenticationError', 'permission'],
  ['RestrictedLocation', 'permission'],
  ['InvalidOrder', 'other'],
  ['BadRequest', 'other'],
  ['OperationRejected', 'other'],
  ['NotSupported', 'other'],
  ['ArgumentsRequired', 'other'],
];

const FAULTS: readonly (readonly [string, FaultKind, FaultCause])[] = [
  ['RateLimitExceeded', 'rate_limited', 'rate'],
  ['DDoSProtection', 'rate_limited', 'rate'],
  ['OnMaintenance', 'maintenance', 'maintenance'],
  ['RestrictedLocation', 'refused', 'address'],
  ['PermissionDenied', 'refused', 'permission'],
  ['AuthenticationError', 'refused', 'key'],
  ['InvalidNonce', 'refused', 'clock'],
  ['BadSymbol', 'refused', 'symbol'],
  ['NotSupported', 'refused', 'capability'],
  ['RequestTimeout', 'unreachable', 'timeout'],
  ['BadResponse', 'unreachable', 'answer'],
  ['NetworkError', 'unreachable', 'connection'],
];

/** What venues say in words for which ccxt has no class of its own, or only on some of them. */
const WORDS: readonly (readonly [RegExp, RejectReason])[] = [
  [/(client ?order ?id|clOrdId|clientOid|orderLinkId)\W+(is )?(dup|exist|already)/i, DUPLICATE],
  [/duplicate\w* (client|clOrdId|order ?link|cloid)/i, DUPLICATE],
  [/post.?only|maker.?only|executed as maker/i, 'post_only_would_cross'],
  [/notional/i, 'below_min_notional'],
  [/reduce.?only/i, 'reduce_only_would_increase'],
];

/** What a failed submit or cancel certainly was; null: nothing is known of it. */
export function rejectionOf(error: unknown): Rejection | null {
  const classes = classesOf(error);
  const message = messageOf(error);
  const refused = classes.includes('ExchangeError');
  const told = refused ? WORDS.find(([words]) => words.test(message)) : undefined;
  const found = REJECTIONS.find(([name]) => classes.includes(name));
  const reason = told?.[1] ?? found?.[1];
  return reason === undefined ? null : { status: 'rejected', reason, message };
}

/** A failed question. */
export function faultOf(error: unknown): VenueFault {
  if (error instanceof VenueFault) return error;
  const classes = classesOf(error);
  const [, kind, because] = FAULTS.find(([name]) => classes.includes(name)) ?? [
    '',
    'unreachable' as const,
    'other' as const,
  ];
  return new VenueFault(kind, messageOf(error), null, because);
}

/** At most so much of a venue's page is kept of an error that quotes it. */
const LONGEST = 300;

/** The text of an error, without addresses: their queries hold signatures. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/https?:\/\/\S+|wss?:\/\/\S+/g, '(address)')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST);
}
