/**
 * What a schema cannot say: checks across keys of one config that need no market and no network.
 * They run on values that may still be wrong elsewhere, so that all problems come at once.
 */
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseDecimal } from '../contract/decimal.ts';
import type { Decimal } from '../contract/decimal.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import { SECRET_NAMES } from '../contract/venues.ts';
import { fromHome } from '../platform/paths.ts';
import type { Home } from '../platform/paths.ts';
import type { CodedProblem } from './config-schema.ts';
import type { FoundProgram } from './config-places.ts';
import { isRecord } from './jsonc-text.ts';
import { liveProblems, venueProblems } from './live-checks.ts';
import { EXPANDED_FIELDS, hasStrayBrace, namesIn } from './variable-text.ts';

/** What the checks are told besides the value. */
export interface CheckContext {
  readonly home: Home;
  readonly found: FoundProgram;
  /** A template is no instance yet: files it names need not exist. */
  readonly template: boolean;
}

/** Problems and warnings of `root`, a config value with its defaults filled in. */
export function checkAcross(
  root: Record<string, unknown>,
  context: CheckContext,
): { problems: CodedProblem[]; warnings: CodedText[] } {
  const builtIn = context.found.program === null;
  const problems: CodedProblem[] = [
    ...addressProblems(root),
    ...environmentProblems(root),
    ...variableProblems(root, builtIn),
    ...(builtIn ? modeProblems(root, context.found) : context.found.problems),
    ...(builtIn ? gridProblems(root) : []),
    ...(builtIn ? paperProblems(root, context) : []),
  ];
  const warnings = plainSecrets(root);
  if (builtIn && context.found.declared && !context.template) {
    const script = String(at(root, 'daemon_config', 'script_path'));
    warnings.push(codedSaid(say('script_gone', { script }), 'daemon_config.script_path'));
  }
  return { problems, warnings };
}

/** What may be bound is the machine's to say; whether it may be open, `refuseOpenAddress`. */
function addressProblems(root: Record<string, unknown>): CodedProblem[] {
  const host = at(root, 'daemon_config', 'web_host');
  if (typeof host !== 'string' || host === 'localhost') return [];
  if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return [];
  const allowed = 'an IP address such as 127.0.0.1, or localhost';
  const message = 'is no address that can be bound';
  return [{ path: 'daemon_config.web_host', message, found: host, allowed, rule: 'no_address' }];
}

function modeProblems(root: Record<string, unknown>, found: FoundProgram): CodedProblem[] {
  const exchange = at(root, 'metadata', 'exchange');
  const paper = at(root, 'exchange_config', 'paper');
  const follows = isRecord(paper) && paper['price_source'] === 'live';
  if (at(root, 'exchange_config', 'mode') !== 'live') return follows ? venueProblems(exchange) : [];
  if (found.declared) {
    const path = 'daemon_config.script_path';
    const message = 'does not exist, and the built-in bot takes its place in paper mode only';
    return [{ path, message, found: found.script, code: 'PROGRAM_MISSING', rule: 'program' }];
  }
  const wire = root['exchange_config'];
  return liveProblems(exchange, isRecord(wire) ? wire : {});
}

/**
 * Variables gridd sets itself: a config that sets them would misname the instance to its program.
 */
const OWN_VARIABLES = ['INSTANCE_ID', 'LOG_DIR', 'DB_PATH', 'WEB_PORT', 'WEB_HOST', 'CONFIG_FILE'];

function environmentProblems(root: Record<string, unknown>): CodedProblem[] {
  const environment = at(root, 'daemon_config', 'environment');
  if (!isRecord(environment)) return [];
  return Object.keys(environment).flatMap((name): CodedProblem[] => {
    const path = `daemon_config.environment.${name.slice(0, 80)}`;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      const [message, allowed] = ['is no name of a variable', 'letters, digits and _'];
      return [{ path, message, allowed, rule: 'variable_name' }];
    }
    const own = name.startsWith('GRIDD_') || OWN_VARIABLES.includes(name);
    const message = 'is set by gridd itself and cannot be set here';
    return own ? [{ path, message, rule: 'own_variable' }] : [];
  });
}

/** `${…}` where it is not expanded would silently be taken for a plain text. */
function variableProblems(root: Record<string, unknown>, builtIn: boolean): CodedProblem[] {
  const problems: CodedProblem[] = [];
  visitTexts(root, [], (path, text) => {
    const key = path.join('.');
    const stray = hasStrayBrace(text);
    if (namesIn(text).length === 0 && !stray) return;
    if (EXPANDED_FIELDS.some((field) => key === field || key.startsWith(`${field}.`))) {
      const allowed = '${NAME}, ${NAME:-default}, or $${ for a plain ${';
      const message = 'holds ${ that is no variable';
      if (stray) problems.push({ path: key, message, allowed, rule: 'stray_brace' });
      return;
    }
    if (key.startsWith('daemon_config.bot_args') && !builtIn) return;
    const allowed = EXPANDED_FIELDS.join(', ');
    const message = 'holds a variable, which is not expanded here';
    problems.push({ path: key, message, allowed, rule: 'not_expanded' });
  });
  return problems;
}

function gridProblems(root: Record<string, unknown>): CodedProblem[] {
  const problems: CodedProblem[] = [];
  const key = (name: string) => `strategy_config.${name}`;
  const value = (name: string) => at(root, 'strategy_config', name);
  const lower = priceOf(value('grid_lower_price'));
  const upper = priceOf(value('grid_upper_price'));
  if (lower !== null && upper !== null && compare(lower, upper) >= 0) {
    const found = `${String(value('grid_lower_price'))} and ${String(value('grid_upper_price'))}`;
    const message = 'the lower price is not below the upper price';
    problems.push({ path: key('grid_lower_price'), message, found, rule: 'bounds_order' });
  }
  const strategy = root['strategy_config'];
  const sizes = ['order_quantity', 'investment', 'max_position'];
  if (isRecord(strategy) && sizes.every((name) => strategy[name] === undefined)) {
    const message = 'no size is given';
    const allowed = 'order_quantity per grid, or investment, or max_position for all grids';
    problems.push({ path: key('order_quantity'), message, allowed, rule: 'no_size' });
  }
  if (value('order_quantity') !== undefined && value('investment') !== undefined) {
    const message = 'order_quantity and investment are both given; each alone gives the size';
    const allowed = 'one of the two';
    problems.push({ path: key('investment'), message, allowed, rule: 'both_sizes' });
  }
  if (value('out_of_range') === 'trail') problems.push(...trailProblems(value, lower, upper));
  return problems;
}

function trailProblems(
  value: (name: string) => unknown,
  lower: Decimal | null,
  upper: Decimal | null,
): CodedProblem[] {
  const problems: CodedProblem[] = [];
  const top = priceOf(value('trail_upper_price'));
  const bottom = priceOf(value('trail_lower_price'));
  if (top !== null && upper !== null && compare(top, upper) < 0) {
    const message = 'is below grid_upper_price: the range could never trail up';
    problems.push({ path: 'strategy_config.trail_upper_price', message, rule: 'trail_cap' });
  }
  if (bottom !== null && lower !== null && compare(bottom, lower) > 0) {
    const message = 'is above grid_lower_price: the range could never trail down';
    problems.push({ path: 'strategy_config.trail_lower_price', message, rule: 'trail_cap' });
  }
  return problems;
}

function paperProblems(root: Record<string, unknown>, context: CheckContext): CodedProblem[] {
  const paper = at(root, 'exchange_config', 'paper');
  if (!isRecord(paper) || at(root, 'exchange_config', 'mode') !== 'paper') return [];
  const fees = ['maker_fee', 'taker_fee'].flatMap((name) => feeProblems(name, paper[name]));
  if (paper['price_source'] !== 'replay') return fees;
  const path = 'exchange_config.paper.file';
  const file = paper['file'];
  if (file === undefined) {
    const allowed = 'the path of a CSV with ts_ms,open,high,low,close,volume';
    const message = 'is missing: a replay needs a file';
    return [...fees, { path, message, allowed, rule: 'replay_file' }];
  }
  if (typeof file !== 'string' || context.template) return fees;
  const place = fromHome(context.home, file);
  if (existsSync(place)) return fees;
  const gone = { path, message: 'does not exist', found: place };
  return [...fees, { ...gone, code: 'REPLAY_FILE', rule: 'replay_file' }];
}

const LARGEST_FEE = 0.05;

function feeProblems(name: string, value: unknown): CodedProblem[] {
  const fee = decimalOf(value);
  if (fee === null || Math.abs(Number(fee.digits) / 10 ** fee.scale) <= LARGEST_FEE) return [];
  const allowed = `a fraction from -${LARGEST_FEE} to ${LARGEST_FEE}; 0.0002 is 0.02 %`;
  const path = `exchange_config.paper.${name}`;
  const found = String(value);
  return [{ path, message: 'is out of range', found, allowed, rule: 'value_range' }];
}

/** A key in the file itself is copied, shown and kept with it: told on paper, refused live. */
function plainSecrets(root: Record<string, unknown>): CodedText[] {
  if (at(root, 'exchange_config', 'mode') === 'live') return [];
  return SECRET_NAMES.flatMap((name) => {
    const value = at(root, 'exchange_config', name);
    if (typeof value !== 'string' || value === '' || namesIn(value).length > 0) return [];
    return [codedSaid(say('plain_key'), `exchange_config.${name}`)];
  });
}

function visitTexts(
  value: unknown,
  path: readonly string[],
  visit: (path: readonly string[], text: string) => void,
): void {
  if (typeof value === 'string') visit(path, value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) visitTexts(child, [...path, key], visit);
  }
}

function at(root: Record<string, unknown>, part: string, key: string): unknown {
  const value = root[part];
  return isRecord(value) ? value[key] : undefined;
}

function decimalOf(value: unknown): Decimal | null {
  return typeof value === 'number' || typeof value === 'string' ? parseDecimal(value) : null;
}

/** A price above zero; anything else is the schema's to refuse and not compared. */
function priceOf(value: unknown): Decimal | null {
  const price = decimalOf(value);
  return price !== null && price.digits > 0n ? price : null;
}

function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const x = a.digits * 10n ** BigInt(scale - a.scale);
  const y = b.digits * 10n ** BigInt(scale - b.scale);
  return x < y ? -1 : x > y ? 1 : 0;
}
