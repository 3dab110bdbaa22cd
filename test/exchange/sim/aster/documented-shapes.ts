/**
 * The fields of Aster's answers and messages as its documents show them, by kind: `s` text, `n`
 * number, `b` boolean. A list of one shape is a list of anything of that shape.
 */
export type Shape = string | readonly [Shape] | { readonly [field: string]: Shape };

const ORDER_FIELDS = {
  ...{ clientOrderId: 's', cumQuote: 's', executedQty: 's', orderId: 'n', avgPrice: 's' },
  ...{ origQty: 's', price: 's', reduceOnly: 'b', side: 's', positionSide: 's', status: 's' },
  ...{ stopPrice: 's', closePosition: 'b', symbol: 's', timeInForce: 's', type: 's' },
  ...{ origType: 's', updateTime: 'n', workingType: 's', priceProtect: 'b' },
} as const;

export const LISTED_ORDER: Shape = { ...ORDER_FIELDS, time: 'n' };
export const ANSWERED_ORDER: Shape = { ...ORDER_FIELDS, cumQty: 's' };

export const EXCHANGE_INFO: Shape = {
  exchangeFilters: ['s'],
  rateLimits: [{ interval: 's', intervalNum: 'n', limit: 'n', rateLimitType: 's' }],
  serverTime: 'n',
  assets: [{ asset: 's', marginAvailable: 'b', autoAssetExchange: 'n' }],
  symbols: [
    {
      ...{ symbol: 's', pair: 's', contractType: 's', deliveryDate: 'n', onboardDate: 'n' },
      ...{ status: 's', maintMarginPercent: 's', requiredMarginPercent: 's', baseAsset: 's' },
      ...{ quoteAsset: 's', marginAsset: 's', pricePrecision: 'n', quantityPrecision: 'n' },
      ...{ baseAssetPrecision: 'n', quotePrecision: 'n', underlyingType: 's' },
      ...{ underlyingSubType: ['s'], settlePlan: 'n', triggerProtect: 's', orderTypes: ['s'] },
      ...{ timeInForce: ['s'], liquidationFee: 's', marketTakeBound: 's' },
      filters: ['object'],
    },
  ],
  timezone: 's',
};

export const DEPTH: Shape = {
  ...{ lastUpdateId: 'n', E: 'n', T: 'n', bids: [['s']], asks: [['s']] },
};
export const TRADE: Shape = {
  ...{ id: 'n', price: 's', qty: 's', quoteQty: 's', time: 'n', isBuyerMaker: 'b' },
};
export const AGG_TRADE: Shape = { a: 'n', p: 's', q: 's', f: 'n', l: 'n', T: 'n', m: 'b' };
export const PREMIUM: Shape = {
  ...{ symbol: 's', markPrice: 's', indexPrice: 's', estimatedSettlePrice: 's' },
  ...{ lastFundingRate: 's', nextFundingTime: 'n', interestRate: 's', time: 'n' },
};
export const FUNDING_RATE: Shape = { symbol: 's', fundingRate: 's', fundingTime: 'n' };
export const FUNDING_INFO: Shape = {
  ...{ symbol: 's', interestRate: 's', time: 'n', fundingIntervalHours: 'n' },
  ...{ fundingFeeCap: 'n', fundingFeeFloor: 'n' },
};
export const DAY_TICKER: Shape = {
  ...{ symbol: 's', priceChange: 's', priceChangePercent: 's', weightedAvgPrice: 's' },
  ...{ prevClosePrice: 's', lastPrice: 's', lastQty: 's', openPrice: 's', highPrice: 's' },
  ...{ lowPrice: 's', volume: 's', quoteVolume: 's', openTime: 'n', closeTime: 'n' },
  ...{ firstId: 'n', lastId: 'n', count: 'n' },
};
export const PRICE_TICKER: Shape = { symbol: 's', price: 's', time: 'n' };
export const BOOK_TICKER: Shape = {
  ...{ symbol: 's', bidPrice: 's', bidQty: 's', askPrice: 's', askQty: 's', time: 'n' },
};

const ASSET_FIELDS = {
  ...{ walletBalance: 's', unrealizedProfit: 's', marginBalance: 's', maintMargin: 's' },
  ...{ initialMargin: 's', positionInitialMargin: 's', openOrderInitialMargin: 's' },
  ...{ crossWalletBalance: 's', crossUnPnl: 's', availableBalance: 's' },
  ...{ maxWithdrawAmount: 's', marginAvailable: 'b', updateTime: 'n', asset: 's' },
} as const;
export const BALANCE: Shape = {
  ...{ accountAlias: 's', asset: 's', balance: 's', crossWalletBalance: 's', crossUnPnl: 's' },
  ...{ availableBalance: 's', maxWithdrawAmount: 's', marginAvailable: 'b', updateTime: 'n' },
};
export const ACCOUNT: Shape = {
  ...{ feeTier: 'n', canTrade: 'b', canDeposit: 'b', canWithdraw: 'b', updateTime: 'n' },
  ...{ totalInitialMargin: 's', totalMaintMargin: 's', totalWalletBalance: 's' },
  ...{ totalUnrealizedProfit: 's', totalMarginBalance: 's', totalPositionInitialMargin: 's' },
  ...{ totalOpenOrderInitialMargin: 's', totalCrossWalletBalance: 's', totalCrossUnPnl: 's' },
  ...{ availableBalance: 's', maxWithdrawAmount: 's', assets: [ASSET_FIELDS] },
  positions: [
    {
      ...{ symbol: 's', initialMargin: 's', maintMargin: 's', unrealizedProfit: 's' },
      ...{ positionInitialMargin: 's', openOrderInitialMargin: 's', leverage: 's' },
      ...{ isolated: 'b', entryPrice: 's', maxNotional: 's', positionSide: 's' },
      ...{ positionAmt: 's', updateTime: 'n' },
    },
  ],
};
export const POSITION: Shape = {
  ...{ entryPrice: 's', marginType: 's', isAutoAddMargin: 's', isolatedMargin: 's' },
  ...{ leverage: 's', liquidationPrice: 's', markPrice: 's', maxNotionalValue: 's' },
  ...{ positionAmt: 's', symbol: 's', unRealizedProfit: 's', positionSide: 's' },
  updateTime: 'n',
};
export const USER_TRADE: Shape = {
  ...{ buyer: 'b', commission: 's', commissionAsset: 's', id: 'n', maker: 'b', orderId: 'n' },
  ...{ price: 's', qty: 's', quoteQty: 's', realizedPnl: 's', side: 's', positionSide: 's' },
  ...{ symbol: 's', time: 'n' },
};
export const INCOME: Shape = {
  ...{ symbol: 's', incomeType: 's', income: 's', asset: 's', info: 's', time: 'n' },
  ...{ tranId: 's', tradeId: 's' },
};
export const BRACKETS: Shape = {
  symbol: 's',
  brackets: [
    {
      ...{ bracket: 'n', initialLeverage: 'n', notionalCap: 'n', notionalFloor: 'n' },
      ...{ maintMarginRatio: 'n', cum: 'n' },
    },
  ],
};
export const COMMISSION: Shape = {
  ...{ symbol: 's', makerCommissionRate: 's', takerCommissionRate: 's' },
};

/** The user stream. */
const UPDATE_FIELDS = {
  ...{ s: 's', c: 's', S: 's', o: 's', f: 's', q: 's', p: 's', ap: 's', sp: 's', x: 's' },
  ...{ X: 's', i: 'n', l: 's', z: 's', L: 's', T: 'n', t: 'n', b: 's', a: 's', m: 'b' },
  ...{ R: 'b', wt: 's', ot: 's', ps: 's', cp: 'b', rp: 's' },
} as const;
export const ORDER_UPDATE: Shape = { ...{ e: 's', E: 'n', T: 'n' }, o: UPDATE_FIELDS };
/** A commission is only told where there is one. */
export const TRADE_UPDATE: Shape = {
  ...{ e: 's', E: 'n', T: 'n' },
  o: { ...UPDATE_FIELDS, N: 's', n: 's' },
};
export const ACCOUNT_UPDATE: Shape = {
  ...{ e: 's', E: 'n', T: 'n' },
  a: {
    m: 's',
    B: [{ a: 's', wb: 's', cw: 's', bc: 's' }],
    P: [{ s: 's', pa: 's', ep: 's', cr: 's', up: 's', mt: 's', iw: 's', ps: 's' }],
  },
};

/** Market streams. */
export const MARK_EVENT: Shape = {
  ...{ e: 's', E: 'n', s: 's', p: 's', i: 's', P: 's', r: 's', T: 'n' },
};
export const BOOK_EVENT: Shape = {
  ...{ e: 's', u: 'n', E: 'n', T: 'n', s: 's', b: 's', B: 's', a: 's', A: 's' },
};
export const TICKER_EVENT: Shape = {
  ...{ e: 's', E: 'n', s: 's', p: 's', P: 's', w: 's', c: 's', Q: 's', o: 's', h: 's' },
  ...{ l: 's', v: 's', q: 's', O: 'n', C: 'n', F: 'n', L: 'n', n: 'n' },
};
export const MINI_TICKER_EVENT: Shape = {
  ...{ e: 's', E: 'n', s: 's', c: 's', o: 's', h: 's', l: 's', v: 's', q: 's' },
};
export const AGG_TRADE_EVENT: Shape = {
  ...{ e: 's', E: 'n', s: 's', a: 'n', p: 's', q: 's', f: 'n', l: 'n', T: 'n', m: 'b' },
};
export const KLINE_EVENT: Shape = {
  ...{ e: 's', E: 'n', s: 's' },
  k: {
    ...{ t: 'n', T: 'n', s: 's', i: 's', f: 'n', L: 'n', o: 's', c: 's', h: 's', l: 's' },
    ...{ v: 's', n: 'n', x: 'b', q: 's', V: 's', Q: 's', B: 's' },
  },
};
export const DEPTH_EVENT: Shape = {
  ...{ e: 's', E: 'n', T: 'n', s: 's', U: 'n', u: 'n', pu: 'n', b: [['s']], a: [['s']] },
};

const KINDS: Readonly<Record<string, string>> = { s: 'string', n: 'number', b: 'boolean' };

/** Where a value is not of the shape, as paths; fields that are not documented count too. */
export function deviations(shape: Shape, value: unknown, path = ''): readonly string[] {
  if (typeof shape === 'string') {
    const kind = KINDS[shape] ?? shape;
    return typeof value === kind ? [] : [`${path} is ${typeof value}, not ${kind}`];
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((each, index) => deviations(shape[0], each, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  const found = value as Readonly<Record<string, unknown>>;
  const strange = Object.keys(found).filter((name) => !(name in shape));
  return [
    ...strange.map((name) => `${path}.${name} is not documented`),
    ...Object.entries(shape).flatMap(([name, each]) => {
      return deviations(each, found[name], `${path}.${name}`);
    }),
  ];
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
