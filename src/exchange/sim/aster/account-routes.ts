/** The account at the simulated Aster: balance, positions, income, settings, listen keys. */
import { formatDecimal } from '../../../contract/decimal.ts';
import { marginOfAccount } from '../margin.ts';
import type { MarketOf, MarginState } from '../margin.ts';
import {
  accountBody,
  balanceBody,
  bracketBody,
  incomeBody,
  incomeOf,
  positionBody,
} from './account-body.ts';
import { refusal } from './aster-error.ts';
import { limitOf, marketIfAny, marketOf, pageOf, rangeOf } from './route.ts';
import type { Route, SignedCall } from './route.ts';
import { notionalCap } from './symbol-list.ts';

const BOTH = [1, 3];
const V3 = [3];
const WEEK_MS = 7 * 86_400_000;
/** Income may be asked for over so long. */
const INCOME_RANGE_MS = 100 * WEEK_MS;
const DONE = { code: 200, msg: 'success' };

export const ACCOUNT_ROUTES: readonly Route[] = [
  signed('GET', 'balance', [2, 3], 5, (call) => [
    balanceBody(call.account, marginOf(call), call.now_ms),
  ]),
  signed('GET', 'account', [3, 4], 5, account),
  signed('GET', 'accountWithJoinMargin', V3, 5, account),
  signed('GET', 'positionRisk', [2, 3], 5, (call) => {
    const sim = marketIfAny(call);
    const markets = sim === null ? call.desk.world.markets() : [sim];
    const { account: holder, now_ms } = call;
    return markets.map((one) => positionBody(holder, one, marketsOf(call), now_ms));
  }),
  signed('GET', 'income', BOTH, 30, income),
  signed('GET', 'leverageBracket', BOTH, 1, (call) => {
    const sim = marketIfAny(call);
    return sim === null ? call.desk.world.markets().map(bracketBody) : bracketBody(sim);
  }),
  signed('GET', 'commissionRate', BOTH, 20, (call) => {
    const { symbol, market } = marketOf(call);
    const { maker_fee, taker_fee } = call.account.facts;
    const maker = maker_fee ?? market.maker_fee;
    const taker = taker_fee ?? market.taker_fee;
    return {
      symbol,
      makerCommissionRate: formatDecimal(maker.digits, maker.scale),
      takerCommissionRate: formatDecimal(taker.digits, taker.scale),
    };
  }),
  signed('GET', 'positionSide/dual', BOTH, 30, ({ desk, account: { name } }) => ({
    dualSidePosition: desk.hedged.has(name),
  })),
  trade('positionSide/dual', changePositionMode),
  signed('GET', 'multiAssetsMargin', BOTH, 30, () => ({ multiAssetsMargin: false })),
  signed('GET', 'stpMode', V3, 30, () => ({ stpMode: 'EXPIRE_TAKER' })),
  trade('leverage', changeLeverage),
  trade('marginType', (call) => {
    marketOf(call);
    if (call.params.needText('marginType') === 'CROSSED') throw refusal('SAME_MARGIN_TYPE');
    throw refusal('UNSUPPORTED_OPERATION');
  }),
  // Nobody is ever given a share of the fees here.
  signed('GET', 'builder', V3, 5, () => []),
  stream('POST', ({ desk, account: { name } }, nowMs) => ({
    listenKey: desk.listenKeys.open(name, nowMs),
  })),
  stream('PUT', ({ desk, account: { name } }, nowMs) => {
    if (!desk.listenKeys.keepAlive(name, nowMs)) throw refusal('INVALID_LISTEN_KEY');
    return {};
  }),
  stream('DELETE', ({ desk, account: { name } }) => {
    desk.listenKeys.close(name);
    desk.hangUp(name);
    return {};
  }),
];

type Answer = (call: SignedCall) => unknown;

function signed(
  method: Route['method'],
  path: string,
  versions: readonly number[],
  weight: number,
  answer: Answer,
): Route {
  return { method, path, versions, weight, security: 'signed', answer };
}

function trade(path: string, answer: Answer): Route {
  return { method: 'POST', path, versions: BOTH, weight: 1, security: 'trade', answer };
}

/** Listen keys live by the clock that only time moves. */
function stream(
  method: Route['method'],
  answer: (call: SignedCall, nowMs: number) => unknown,
): Route {
  const facts = { method, path: 'listenKey', versions: BOTH, weight: 1 };
  const timed = (call: SignedCall) => answer(call, call.desk.world.unpassed());
  return { ...facts, security: 'stream', answer: timed };
}

function account(call: SignedCall): unknown {
  const { desk, account: holder, now_ms } = call;
  return accountBody(holder, marginOf(call), desk.world.markets(), now_ms);
}

function marketsOf({ desk }: SignedCall): MarketOf {
  return (symbol) => desk.world.records.market(symbol);
}

function marginOf(call: SignedCall): MarginState {
  return marginOfAccount(call.account, marketsOf(call));
}

function income(call: SignedCall): unknown {
  const { params, desk, now_ms } = call;
  const symbol = params.text('symbol');
  const type = params.text('incomeType');
  const timed = params.text('startTime') !== null;
  const { from_ms, to_ms, open } = rangeOf(call, timed ? INCOME_RANGE_MS : WEEK_MS);
  const listed_ms = now_ms - desk.world.troubles.listing_lag_ms;
  const found = incomeOf(call.account).filter(
    (each) =>
      (symbol === null || each.symbol === symbol) &&
      (type === null || each.type === type) &&
      each.at_ms >= from_ms &&
      each.at_ms <= Math.min(to_ms, listed_ms),
  );
  return pageOf(found, open, limitOf(call, 100, 1000)).map(incomeBody);
}

function changeLeverage({ desk, account: holder, ...call }: SignedCall): unknown {
  const sim = marketOf({ desk, ...call });
  const leverage = call.params.needWhole('leverage');
  const { digits, scale } = sim.market.max_leverage;
  if (leverage < 1 || BigInt(leverage) * 10n ** BigInt(scale) > digits) {
    throw refusal('INVALID_LEVERAGE', leverage);
  }
  const { symbol } = sim;
  desk.world.setFacts(holder, { leverages: { ...holder.facts.leverages, [symbol]: leverage } });
  const event = { e: 'ACCOUNT_CONFIG_UPDATE', E: call.now_ms, T: call.now_ms };
  desk.tell(holder.name, { ...event, ac: { s: symbol, l: leverage } });
  return { leverage, maxNotionalValue: notionalCap(leverage), symbol };
}

function changePositionMode({ desk, account: holder, params }: SignedCall): unknown {
  params.needText('dualSidePosition');
  const dual = params.flag('dualSidePosition');
  if (dual === desk.hedged.has(holder.name)) throw refusal('SAME_POSITION_SIDE');
  if (holder.alive(null).length > 0) throw refusal('POSITION_SIDE_HAS_ORDERS');
  if ([...holder.holdings.values()].some(({ sums }) => sums.lots !== 0)) {
    throw refusal('POSITION_SIDE_HAS_POSITION');
  }
  if (dual) desk.hedged.add(holder.name);
  else desk.hedged.delete(holder.name);
  return DONE;
}
