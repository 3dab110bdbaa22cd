/**
 * How a changed key of a config file comes into force while its instance runs, and which keys two
 * configs differ in. PURE. A key of the schema that is missing here fails a test.
 */
import { isDeepStrictEqual } from 'node:util';
import type { InstanceConfig } from '../contract/instance-config.ts';

/**
 * - `nothing`: no process ever acts on it.
 * - `limit`: in the supervisor, in place; the process is not touched.
 * - `shown`, `run`: in the bot, in place; no order is touched.
 * - `grid`: in the bot as an adjust, all checks first; orders that stay keep their ids.
 * - `program`: only an external program sees it, which is restarted; the built-in bot is not
 *   (its `bot_args` are compared as the values that they set).
 * - `restart`: the process is ended without touching an order and started again.
 * - `bound`: the books belong to it; refused.
 */
export type HowApplied =
  | 'nothing'
  | 'limit'
  | 'shown'
  | 'run'
  | 'grid'
  | 'program'
  | 'restart'
  | 'bound';

/** Every key of the schema. An external program restarts for all but `limit` and `nothing`. */
export const HOW_APPLIED: Readonly<Record<string, HowApplied>> = {
  $schema: 'nothing',
  'metadata.name': 'shown',
  // Another id is refused before keys are compared; with --instance-id this one has no effect.
  'metadata.instance_id': 'nothing',
  'metadata.exchange': 'restart',
  'metadata.symbol': 'bound',
  'metadata.market_type': 'bound',
  'metadata.strategy': 'bound',
  'metadata.version': 'nothing',
  'metadata.description': 'nothing',
  'daemon_config.log_dir': 'restart',
  'daemon_config.db_path': 'restart',
  'daemon_config.web_port': 'restart',
  // Says what the next start does about a taken port.
  'daemon_config.strict_port': 'limit',
  'daemon_config.web_host': 'restart',
  'daemon_config.web_allowed_hosts': 'restart',
  'daemon_config.watch': 'limit',
  'daemon_config.max_restart_attempts': 'limit',
  'daemon_config.restart_delay': 'limit',
  'daemon_config.health_check_interval': 'limit',
  'daemon_config.memory_limit_mb': 'limit',
  'daemon_config.cpu_limit_percent': 'limit',
  'daemon_config.cpu_limit_window': 'limit',
  'daemon_config.cpu_limit_action': 'limit',
  'daemon_config.on_failed': 'limit',
  'daemon_config.auto_restart': 'limit',
  'daemon_config.log_cleanup_interval': 'limit',
  'daemon_config.log_retention_days': 'limit',
  'daemon_config.log_level': 'restart',
  'daemon_config.log_max_mb': 'limit',
  'daemon_config.stop_timeout': 'limit',
  'daemon_config.dead_man_s': 'run',
  'daemon_config.environment': 'restart',
  'daemon_config.working_dir': 'program',
  'daemon_config.python_path': 'program',
  'daemon_config.script_path': 'program',
  'daemon_config.bot_args': 'program',
  'exchange_config.api_key': 'restart',
  'exchange_config.secret_key': 'restart',
  'exchange_config.passphrase': 'restart',
  'exchange_config.account_address': 'restart',
  'exchange_config.private_key': 'restart',
  'exchange_config.base_url': 'restart',
  'exchange_config.ws_url': 'restart',
  'exchange_config.allow_custom_host': 'restart',
  'exchange_config.proxy': 'restart',
  'exchange_config.connect_timeout': 'restart',
  'exchange_config.read_timeout': 'restart',
  'exchange_config.mode': 'bound',
  'exchange_config.paper.price_source': 'restart',
  'exchange_config.paper.seed': 'restart',
  'exchange_config.paper.start_price': 'restart',
  'exchange_config.paper.volatility': 'restart',
  'exchange_config.paper.file': 'restart',
  'exchange_config.paper.speed': 'restart',
  'exchange_config.paper.maker_fee': 'restart',
  'exchange_config.paper.taker_fee': 'restart',
  'exchange_config.paper.starting_balance': 'restart',
  'exchange_config.paper.fill': 'restart',
  'exchange_config.paper.partial_fill': 'restart',
  'exchange_config.paper.funding_rate': 'restart',
  'strategy_config.grid_lower_price': 'grid',
  'strategy_config.grid_upper_price': 'grid',
  'strategy_config.grid_num': 'grid',
  'strategy_config.grid_type': 'grid',
  'strategy_config.direction': 'bound',
  'strategy_config.order_quantity': 'grid',
  'strategy_config.investment': 'grid',
  'strategy_config.leverage': 'grid',
  'strategy_config.max_position': 'grid',
  'strategy_config.open_position_at_start': 'grid',
  'strategy_config.out_of_range': 'grid',
  'strategy_config.trail_upper_price': 'grid',
  'strategy_config.trail_lower_price': 'grid',
  'strategy_config.stop_loss_price': 'grid',
  'strategy_config.take_profit_price': 'grid',
  'strategy_config.trigger_price': 'grid',
  'strategy_config.trigger_by': 'grid',
  'strategy_config.max_open_orders': 'grid',
  'strategy_config.max_loss': 'grid',
  'strategy_config.max_order_notional': 'grid',
  'strategy_config.price_collar_percent': 'grid',
  'strategy_config.max_orders_per_minute': 'grid',
  'strategy_config.on_stop.orders': 'grid',
  'strategy_config.on_stop.position': 'grid',
  'strategy_config.duration': 'run',
  'strategy_config.interval': 'run',
};

/** Keys in which two configs differ, in the order of the schema; all when nothing is known. */
export function changedKeys(before: InstanceConfig | null, after: InstanceConfig): string[] {
  const keys = Object.keys(HOW_APPLIED);
  if (before === null) return keys;
  return keys.filter((key) => !isDeepStrictEqual(valueAt(before, key), valueAt(after, key)));
}

/** Those of `keys` that come into force in one of these ways. */
export function appliedAs(keys: readonly string[], ...ways: readonly HowApplied[]): string[] {
  return keys.filter((key) => ways.includes(HOW_APPLIED[key] ?? 'restart'));
}

function valueAt(config: InstanceConfig, key: string): unknown {
  let value: unknown = config;
  for (const name of key.split('.')) {
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  }
  return value;
}
