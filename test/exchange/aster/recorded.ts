/**
 * Answers as Aster documents them, one of each kind that this client reads. Numbers and text stand
 * where the venue has them: some ids are numbers, some figures are, most are text.
 */
export const SYMBOL = 'SOLUSDT';

export const SYMBOL_INFO = {
  ...{ symbol: 'SOLUSDT', pair: 'SOLUSDT', contractType: 'PERPETUAL', status: 'TRADING' },
  ...{ deliveryDate: 4133404800000, onboardDate: 1598252400000 },
  ...{ maintMarginPercent: '2.5000', requiredMarginPercent: '5.0000' },
  ...{ baseAsset: 'SOL', quoteAsset: 'USDT', marginAsset: 'USDT' },
  ...{ pricePrecision: 8, quantityPrecision: 8, triggerProtect: '0.15' },
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.0100', maxPrice: '100000', tickSize: '0.0100' },
    { filterType: 'LOT_SIZE', minQty: '0.02', maxQty: '1000000', stepSize: '0.01' },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.02', maxQty: '5000', stepSize: '0.01' },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 100 },
    { filterType: 'MIN_NOTIONAL', notional: '5' },
    {
      filterType: 'PERCENT_PRICE',
      ...{ multiplierUp: '1.1500', multiplierDown: '0.8500', multiplierDecimal: 4 },
    },
  ],
  OrderType: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET'],
  timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'HIDDEN'],
  ...{ liquidationFee: '0.010000', marketTakeBound: '0.30' },
};

export const EXCHANGE_INFO = {
  exchangeFilters: [],
  rateLimits: [
    { interval: 'MINUTE', intervalNum: 1, limit: 2400, rateLimitType: 'REQUEST_WEIGHT' },
    { interval: 'MINUTE', intervalNum: 1, limit: 1200, rateLimitType: 'ORDERS' },
  ],
  serverTime: 1565613908500,
  assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: 0 }],
  symbols: [
    SYMBOL_INFO,
    { ...SYMBOL_INFO, symbol: 'OLDUSDT', pair: 'OLDUSDT', status: 'CLOSE' },
    { ...SYMBOL_INFO, symbol: 'BTCUSDT', pair: 'BTCUSDT', baseAsset: 'BTC' },
  ],
  timezone: 'UTC',
};

export const BRACKETS = {
  symbol: 'SOLUSDT',
  brackets: [
    {
      ...{ bracket: 1, initialLeverage: 75, notionalCap: 10000, notionalFloor: 0 },
      ...{ maintMarginRatio: 0.0065, cum: 0 },
    },
    {
      ...{ bracket: 2, initialLeverage: 50, notionalCap: 50000, notionalFloor: 10000 },
      ...{ maintMarginRatio: 0.01, cum: 35 },
    },
  ],
};

export const COMMISSION_RATE = {
  symbol: 'SOLUSDT',
  makerCommissionRate: '0.0001',
  takerCommissionRate: '0.00035',
};

export const ORDER = {
  ...{ avgPrice: '0.00000', clientOrderId: 'g1-42', cumQuote: '0', executedQty: '0.00' },
  ...{ orderId: 1917641, origQty: '0.40', origType: 'LIMIT', price: '151.2500' },
  ...{ reduceOnly: false, side: 'BUY', positionSide: 'BOTH', status: 'NEW', stopPrice: '0' },
  ...{ closePosition: false, symbol: 'SOLUSDT', time: 1579276756075, timeInForce: 'GTX' },
  ...{ type: 'LIMIT', updateTime: 1579276756075, workingType: 'CONTRACT_PRICE' },
  priceProtect: false,
};

export const STOP_ORDER = {
  ...ORDER,
  ...{ orderId: 1917642, clientOrderId: 'g1-stop', origType: 'STOP_MARKET', type: 'STOP_MARKET' },
  ...{ price: '0', side: 'SELL', stopPrice: '120', reduceOnly: true, timeInForce: 'GTC' },
};

/** An answer to a new order: it has no `time`. */
export const NEW_ORDER = {
  ...{ clientOrderId: 'g1-42', cumQty: '0', cumQuote: '0', executedQty: '0', orderId: 1917641 },
  ...{ avgPrice: '0.00000', origQty: '0.40', price: '151.25', reduceOnly: false, side: 'BUY' },
  ...{ positionSide: 'BOTH', status: 'NEW', stopPrice: '0', closePosition: false },
  ...{ symbol: 'SOLUSDT', timeInForce: 'GTX', type: 'LIMIT', origType: 'LIMIT' },
  ...{ updateTime: 1579276756075, workingType: 'CONTRACT_PRICE', priceProtect: false },
  newChainData: { hash: '0x46ae' },
};

export const USER_TRADE = {
  ...{ symbol: 'SOLUSDT', id: 2583152, orderId: 1917641, side: 'BUY', price: '151.2500' },
  ...{ qty: '0.40', quoteQty: '60.50', commission: '0.00605', commissionAsset: 'USDT' },
  ...{ time: 1776409179230, maker: true, buyer: true, realizedPnl: '0', marginAsset: 'USDT' },
  positionSide: 'BOTH',
};

export const FUNDING_FEE = {
  ...{ symbol: 'SOLUSDT', incomeType: 'FUNDING_FEE', income: '-0.37500000', asset: 'USDT' },
  ...{ info: 'FUNDING_FEE', time: 1570608000000, tranId: '9689322392', tradeId: '' },
};

export const POSITION = {
  ...{ entryPrice: '150.50000', marginType: 'cross', isAutoAddMargin: 'false' },
  ...{ isolatedMargin: '0.00000000', leverage: '10', liquidationPrice: '98.7' },
  ...{ markPrice: '151.02', maxNotionalValue: '20000000', positionAmt: '-1.200' },
  ...{ symbol: 'SOLUSDT', unRealizedProfit: '-0.624', positionSide: 'BOTH', updateTime: 0 },
};

export const BALANCE = {
  ...{ accountAlias: 'SgsR', asset: 'USDT', balance: '122607.35137903' },
  ...{ crossWalletBalance: '122607.35137903', crossUnPnl: '-12.50000000' },
  ...{ availableBalance: '1000.5', maxWithdrawAmount: '1000.5', marginAvailable: true },
  updateTime: 1617939110373,
};

export const ACCOUNT = {
  ...{ feeTier: 0, canTrade: true, canDeposit: true, canWithdraw: false, updateTime: 0 },
  ...{ totalWalletBalance: '122607.35137903', assets: [], positions: [] },
};

export const PREMIUM_INDEX = {
  ...{ symbol: 'SOLUSDT', markPrice: '151.02000000', indexPrice: '151.03' },
  ...{ estimatedSettlePrice: '151', lastFundingRate: '0.00038246' },
  ...{ nextFundingTime: 1597392000000, interestRate: '0.0001', time: 1597370495002 },
};

export const TICKER_PRICE = { symbol: 'SOLUSDT', price: '151.0100', time: 1589437530011 };

export const TICKER = {
  ...{ symbol: 'SOLUSDT', priceChange: '-4.5', priceChangePercent: '-2.950' },
  ...{ weightedAvgPrice: '150', lastPrice: '151.01', lastQty: '2', openPrice: '155.51' },
  ...{ highPrice: '160.00', lowPrice: '149', volume: '8913.3', quoteVolume: '1336995.00' },
  ...{ openTime: 1499783499040, closeTime: 1499869899040, firstId: 1, lastId: 2, count: 2 },
};

export const KLINE = [
  ...[1499040000000, '0.01634790', '0.80000000', '0.01575800', '0.01577100'],
  ...['148976.11427815', 1499644799999, '2434.19055334', 308, '1756.8', '28.4', '0'],
];

export const AGG_TRADE = {
  stream: 'solusdt@aggTrade',
  data: {
    ...{ e: 'aggTrade', E: 1597370495010, s: 'SOLUSDT', a: 5933014, p: '151.0100', q: '3' },
    ...{ f: 100, l: 105, T: 1597370495005, m: true },
  },
};

export const MARK_PRICE = {
  stream: 'solusdt@markPrice@1s',
  data: {
    ...{ e: 'markPriceUpdate', E: 1597370495000, s: 'SOLUSDT', p: '151.02000000' },
    ...{ i: '151.03', P: '151', r: '0.00038167', T: 1597392000000 },
  },
};

export const ORDER_UPDATE = {
  ...{ e: 'ORDER_TRADE_UPDATE', E: 1776409179231, T: 1776409179230 },
  o: {
    ...{ s: 'SOLUSDT', c: 'g1-42', S: 'BUY', o: 'LIMIT', f: 'GTX', q: '0.40', p: '151.2500' },
    ...{ ap: '151.25', sp: '0', x: 'TRADE', X: 'FILLED', i: 1917641, l: '0.40', z: '0.40' },
    ...{ L: '151.2500', N: 'USDT', n: '0.00605', T: 1776409179230, t: 2583152, b: '0', a: '0' },
    ...{ m: true, R: false, wt: 'CONTRACT_PRICE', ot: 'LIMIT', ps: 'BOTH', cp: false, rp: '0' },
  },
};

export const ACCOUNT_UPDATE = {
  ...{ e: 'ACCOUNT_UPDATE', E: 1564745798939, T: 1564745798938 },
  a: {
    m: 'ORDER',
    B: [{ a: 'USDT', wb: '122624.12345678', cw: '100.12345678', bc: '50.12345678' }],
    P: [
      {
        ...{ s: 'SOLUSDT', pa: '0.40', ep: '151.25000', cr: '200', up: '0', mt: 'cross' },
        ...{ iw: '0', ps: 'BOTH' },
      },
    ],
  },
};

export const LISTEN_KEY_EXPIRED = { e: 'listenKeyExpired', E: 1576653824250 };
