/**
 * bot_args for the built-in bot: `--flag value` and `--flag=value`. They win over the keys they
 * stand for; where both say different things a warning names both. An external program's arguments
 * never come here.
 */
import { parseDecimal } from '../contract/decimal.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { CodedText } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import type { CodedProblem } from './config-schema.ts';
import { isRecord } from './jsonc-text.ts';
import { keysOf, schemaAt } from './schema-words.ts';
import type { SchemaNode } from './schema-words.ts';
import { nearest } from './spelling.ts';

const ARGS_PATH = 'daemon_config.bot_args';
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  '--exchange': ['metadata', 'exchange'],
  '--symbol': ['metadata', 'symbol'],
  '--strategy': ['metadata', 'strategy'],
  '--market-type': ['metadata', 'market_type'],
  '--grid-lower': ['strategy_config', 'grid_lower_price'],
  '--grid-upper': ['strategy_config', 'grid_upper_price'],
  '--stop-loss': ['strategy_config', 'stop_loss_price'],
  '--take-profit': ['strategy_config', 'take_profit_price'],
  '--trigger': ['strategy_config', 'trigger_price'],
  '--on-stop-orders': ['strategy_config', 'on_stop', 'orders'],
  '--on-stop-position': ['strategy_config', 'on_stop', 'position'],
};

/** What applying arguments brought up; `origins`: config path -> flag that set it. */
export interface AppliedArgs {
  readonly problems: readonly CodedProblem[];
  readonly warnings: readonly CodedText[];
  readonly origins: ReadonlyMap<string, string>;
}

interface Flag {
  readonly name: string;
  readonly value: string | null;
}

/** Every flag the built-in bot knows and the config path it stands for. */
export function knownFlags(): Map<string, readonly string[]> {
  const flags = new Map(Object.entries(ALIASES));
  for (const key of keysOf('strategy_config')) {
    if (key === 'on_stop') continue;
    flags.set(`--${key.replaceAll('_', '-')}`, ['strategy_config', key]);
  }
  return flags;
}

/** Writes the arguments of `root.daemon_config.bot_args` onto `root` (in place). */
export function applyBotArgs(root: Record<string, unknown>): AppliedArgs {
  const problems: CodedProblem[] = [];
  const warnings: CodedText[] = [];
  const origins = new Map<string, string>();
  const flags = knownFlags();
  for (const { name, value } of readFlags(argsOf(root), problems)) {
    const path = flags.get(name);
    if (path === undefined) {
      problems.push(unknownFlag(name, [...flags.keys()]));
      continue;
    }
    const schema = schemaAt(path) ?? {};
    if (value === null && schema.type !== 'boolean') {
      problems.push({ path: ARGS_PATH, message: `${name} has no value`, rule: 'bot_args' });
      continue;
    }
    const key = path.join('.');
    const given = valueOf(value ?? 'true', schema);
    const present = setAt(root, path, given);
    if (present !== undefined && !sameValue(present, given)) {
      const earlier = origins.get(key);
      const before = earlier === undefined ? key : say('earlier_flag', { flag: earlier });
      const values = { flag: name, value: String(given), key: before, present: showShort(present) };
      warnings.push(codedSaid(say('args_win', values), ARGS_PATH));
    }
    origins.set(key, name);
  }
  return { problems, warnings, origins };
}

function argsOf(root: Record<string, unknown>): string[] {
  const daemon = root['daemon_config'];
  const args = isRecord(daemon) ? daemon['bot_args'] : undefined;
  const plain = (arg: unknown) => typeof arg === 'string' || typeof arg === 'number';
  // A list with other things in it is refused by the schema: nothing of it is applied.
  return Array.isArray(args) && args.every(plain) ? args.map(String) : [];
}

function readFlags(args: readonly string[], problems: CodedProblem[]): Flag[] {
  const flags: Flag[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('--')) {
      const [path, found] = [`${ARGS_PATH}[${i}]`, arg.slice(0, 80)];
      problems.push({ path, message: 'is no flag', found, rule: 'bot_args' });
      continue;
    }
    const equals = arg.indexOf('=');
    if (equals > 0) {
      flags.push({ name: arg.slice(0, equals), value: arg.slice(equals + 1) });
      continue;
    }
    const next = args[i + 1];
    const hasValue = next !== undefined && !next.startsWith('--');
    flags.push({ name: arg, value: hasValue ? next : null });
    if (hasValue) i += 1;
  }
  return flags;
}

function unknownFlag(name: string, known: readonly string[]): CodedProblem {
  const near = nearest(name, known);
  const meant = near === null ? '' : `; did you mean ${near}?`;
  return {
    path: ARGS_PATH,
    message: `flag ${name.slice(0, 80)} is not one of the built-in bot${meant}`,
    allowed: known.join(' '),
    rule: 'bot_args',
  };
}

/** Text of an argument as the kind its key wants; what does not fit stays text for the schema. */
function valueOf(text: string, schema: SchemaNode): unknown {
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const number = schema.type === 'number' || schema.type === 'integer';
  const decimal = schema.anyOf?.some((branch) => branch.type === 'number') ?? false;
  if (!(number || decimal) || parseDecimal(text) === null) return text;
  const value = Number(text);
  // Digits that a float would lose stay text.
  return number || String(value) === text ? value : text;
}

/** Sets a value, making objects on the way; returns what was there before. */
function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): unknown {
  let target = root;
  for (const key of path.slice(0, -1)) {
    const child = target[key] ?? {};
    // Something else where an object belongs is the schema's to report.
    if (!isRecord(child)) return undefined;
    target[key] = child;
    target = child;
  }
  const last = path[path.length - 1] ?? '';
  const before = target[last];
  target[last] = value;
  return before;
}

function sameValue(a: unknown, b: unknown): boolean {
  const x = decimalOf(a);
  const y = decimalOf(b);
  if (x === null || y === null) return a === b;
  const scale = Math.max(x.scale, y.scale);
  const left = x.digits * 10n ** BigInt(scale - x.scale);
  return left === y.digits * 10n ** BigInt(scale - y.scale);
}

function decimalOf(value: unknown): ReturnType<typeof parseDecimal> {
  return typeof value === 'number' || typeof value === 'string' ? parseDecimal(value) : null;
}

function showShort(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
