/**
 * The form of a config, generated from its schema: which field is of which kind, in which group it
 * stands and in which unit it is. PURE. A key that nobody thought of here stands in the group of
 * its part, so that the form is never behind the schema.
 */

/** What is read of a JSON schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export const FIELD_GROUPS = [
  'what',
  'grid',
  'ends',
  'fences',
  'paper',
  'venue',
  'process',
] as const;
export type FieldGroup = (typeof FIELD_GROUPS)[number];
/** Groups that are open at first. */
export const MAIN_GROUPS: readonly FieldGroup[] = ['what', 'grid'];

export type FieldUnit = 'quote' | 'base' | 'percent' | 's' | 'mib' | 'core_percent' | 'times';

export interface ConfigField {
  /** As problems name it, e.g. "strategy_config.on_stop.orders". */
  readonly path: string;
  readonly keys: readonly string[];
  readonly group: FieldGroup;
  /**
   * `decimal`: a number or decimal text. `complex`: lists and records, which only the text edits.
   */
  readonly kind: 'choice' | 'flag' | 'whole' | 'number' | 'decimal' | 'text' | 'complex';
  /** Of a choice. */
  readonly options: readonly string[];
  /** As JSON; null: there is none. */
  readonly fallback: string | null;
  readonly required: boolean;
  readonly description: string;
  readonly unit: FieldUnit | null;
}

/** The fields that come first, in their order. */
const FIRST: Readonly<Partial<Record<FieldGroup, readonly string[]>>> = {
  what: [...['metadata.name', 'metadata.exchange', 'metadata.symbol', 'exchange_config.mode']],
  grid: [
    ...['direction', 'grid_type', 'grid_lower_price', 'grid_upper_price', 'grid_num'],
    ...['order_quantity', 'investment', 'leverage'],
  ].map((key) => `strategy_config.${key}`),
  ends: [
    ...['out_of_range', 'trail_upper_price', 'trail_lower_price', 'stop_loss_price'],
    ...['take_profit_price', 'trigger_price', 'trigger_by', 'on_stop.orders', 'on_stop.position'],
    ...['duration', 'open_position_at_start', 'interval'],
  ].map((key) => `strategy_config.${key}`),
};

const UNITS: Readonly<Record<string, FieldUnit>> = {
  grid_lower_price: 'quote',
  grid_upper_price: 'quote',
  trail_upper_price: 'quote',
  trail_lower_price: 'quote',
  stop_loss_price: 'quote',
  take_profit_price: 'quote',
  trigger_price: 'quote',
  investment: 'quote',
  max_loss: 'quote',
  max_account_loss: 'quote',
  max_order_notional: 'quote',
  start_price: 'quote',
  starting_balance: 'quote',
  order_quantity: 'base',
  max_position: 'base',
  leverage: 'times',
  price_collar_percent: 'percent',
  duration: 's',
  interval: 's',
  restart_delay: 's',
  health_check_interval: 's',
  cpu_limit_window: 's',
  log_cleanup_interval: 's',
  stop_timeout: 's',
  dead_man_s: 's',
  connect_timeout: 's',
  read_timeout: 's',
  memory_limit_mb: 'mib',
  log_max_mb: 'mib',
  cpu_limit_percent: 'core_percent',
};

/** All fields, group by group. */
export function fieldsOf(schema: SchemaNode): ConfigField[] {
  const fields = collect(schema, [], false).filter(({ path }) => path !== '$schema');
  const rank = ({ group, path }: ConfigField) => {
    const first = FIRST[group]?.indexOf(path) ?? -1;
    return FIELD_GROUPS.indexOf(group) * 1000 + (first === -1 ? 999 : first);
  };
  return fields
    .map((field, index) => ({ field, index }))
    .sort((a, b) => rank(a.field) - rank(b.field) || a.index - b.index)
    .map(({ field }) => field);
}

function collect(node: SchemaNode, keys: readonly string[], required: boolean): ConfigField[] {
  if (node.properties !== undefined) {
    const needed = new Set(node.required ?? []);
    return Object.entries(node.properties).flatMap(([key, child]) =>
      // A key with a default need not be given, whatever the schema of the value requires.
      collect(child, [...keys, key], needed.has(key) && child.default === undefined),
    );
  }
  const path = keys.join('.');
  const key = keys.at(-1) ?? '';
  return [
    {
      ...{ path, keys, required, ...kindOf(node) },
      group: groupOf(path),
      fallback: node.default === undefined ? null : JSON.stringify(node.default),
      description: node.description ?? '',
      unit: UNITS[key] ?? null,
    },
  ];
}

function kindOf(node: SchemaNode): Pick<ConfigField, 'kind' | 'options'> {
  const branches = node.anyOf ?? [];
  if (branches.length > 0) {
    const literals = branches.map((branch) => branch.const);
    if (literals.every((literal) => typeof literal === 'string')) {
      return { kind: 'choice', options: literals };
    }
    const numeric = branches.some(({ type }) => type === 'number');
    return { kind: numeric ? 'decimal' : 'text', options: [] };
  }
  if (typeof node.const === 'string') return { kind: 'choice', options: [node.const] };
  switch (node.type) {
    case 'boolean':
      return { kind: 'flag', options: [] };
    case 'integer':
      return { kind: 'whole', options: [] };
    case 'number':
      return { kind: 'number', options: [] };
    case 'string':
      return { kind: 'text', options: [] };
    default:
      return { kind: 'complex', options: [] };
  }
}

function groupOf(path: string): FieldGroup {
  for (const group of FIELD_GROUPS) if (FIRST[group]?.includes(path) === true) return group;
  if (path.startsWith('metadata.')) return 'process';
  if (path.startsWith('daemon_config.')) return 'process';
  if (path.startsWith('exchange_config.paper.')) return 'paper';
  if (path === 'exchange_config.max_account_loss') return 'fences';
  return path.startsWith('exchange_config.') ? 'venue' : 'fences';
}

/**
 * What the user typed as JSON for this field; null: the key is taken away (nothing was typed). What
 * is no number stays text, so that the check can name it.
 */
export function fragmentOf(field: ConfigField, typed: string): string | null {
  const text = typed.trim();
  if (text === '') return null;
  if (field.kind === 'flag') return text === 'true' ? 'true' : 'false';
  const numeric = field.kind === 'whole' || field.kind === 'number' || field.kind === 'decimal';
  // Written as a number only when no digit is lost by whoever reads it.
  if (numeric && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && significant(text) <= 15) return text;
  return JSON.stringify(field.kind === 'text' ? typed : text);
}

function significant(text: string): number {
  return text.replace(/[-.]/g, '').replace(/^0+/, '').length;
}

/** A value as a field shows it; `raw` is its JSON in the text. */
export function typedOf(raw: string | null, value: unknown): string {
  if (raw === null) return '';
  return typeof value === 'string' ? value : raw;
}
