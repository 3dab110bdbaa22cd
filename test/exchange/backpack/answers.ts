/**
 * Answers of Backpack as its documents and clients show them, one set for an account with a
 * position, resting orders and a past. Those that the OpenAPI document describes name their schema.
 */
import { SYMBOL } from './account.ts';

const LIMIT = {
  ...{ orderType: 'Limit', selfTradePrevention: 'RejectTaker', symbol: SYMBOL },
  ...{ timeInForce: 'GTC', executedQuoteQuantity: '0' },
};

export const RESTING = {
  ...LIMIT,
  ...{ id: '114000000000000001', clientId: 4_294_967_295, createdAt: 1_772_366_400_123 },
  ...{ executedQuantity: '0', postOnly: true, price: '140.5', quantity: '2.5' },
  ...{ reduceOnly: false, side: 'Bid', status: 'New' },
};

export const PART_FILLED = {
  ...LIMIT,
  ...{ id: '114000000000000002', clientId: 17, createdAt: 1_772_366_401_000 },
  ...{ executedQuantity: '0.5', executedQuoteQuantity: '75.5', postOnly: true, price: '151' },
  ...{ quantity: '2', reduceOnly: true, side: 'Ask', status: 'PartiallyFilled' },
};

export const WAITING_STOP = {
  ...{ id: '114000000000000003', clientId: 18, createdAt: 1_772_366_402_000, symbol: SYMBOL },
  ...{ orderType: 'Market', executedQuantity: '0', executedQuoteQuantity: '0', side: 'Ask' },
  ...{ reduceOnly: true, selfTradePrevention: 'RejectTaker', status: 'TriggerPending' },
  ...{ timeInForce: 'GTC', triggerBy: 'MarkPrice', triggerPrice: '120', triggerQuantity: '1.5' },
};

/** A stop of the venue's own page: it closes a part of the position, whatever that is. */
const HALF_STOP = { ...WAITING_STOP, id: '114000000000000004', triggerQuantity: '50%' };

const PAST = {
  ...{ executedQuoteQuantity: '0', selfTradePrevention: 'RejectTaker', symbol: SYMBOL },
  ...{ timeInForce: 'GTC', executedQuantity: '0' },
};

export const FILLED = {
  ...PAST,
  ...{ id: '113999999999999999', clientId: 16, createdAt: '2026-03-01T11:59:00.250' },
  ...{ executedQuantity: '1', orderType: 'Market', quantity: '1', side: 'Bid', status: 'Filled' },
};
export const CROSSED = {
  ...PAST,
  ...{ id: '113999999999999998', clientId: 15, createdAt: '2026-03-01T11:58:00.000001' },
  ...{ expiryReason: 'PostOnlyTaker', orderType: 'Limit', postOnly: true, price: '149.9' },
  ...{ quantity: '1', side: 'Ask', status: 'Expired' },
};
export const CANCELLED = {
  ...PAST,
  ...{ id: '113999999999999997', clientId: 14, createdAt: '2026-03-01T11:57:00' },
  ...{ orderType: 'Limit', postOnly: true, price: '139', quantity: '1', side: 'Bid' },
  ...{ status: 'Cancelled' },
};

const FILL = { fee: '0.015025', feeSymbol: 'USDC', isMaker: true, orderId: RESTING.id };

export const FILLS = [
  {
    ...{ ...FILL, orderId: FILLED.id, clientId: '16', fee: '0.075', isMaker: false },
    ...{ price: '150', quantity: '1', side: 'Bid', symbol: SYMBOL, tradeId: 9_007_199_254_740_000 },
    timestamp: '2026-03-01T11:59:00.251',
  },
  {
    ...{ ...FILL, orderId: PART_FILLED.id, clientId: '17', fee: '-0.00755' },
    ...{ price: '151', quantity: '0.5', side: 'Ask', symbol: SYMBOL, tradeId: 42 },
    timestamp: '2026-03-01T12:00:05.100',
  },
  {
    // The venue's own: a liquidation of before its executions had ids.
    ...{ ...FILL, orderId: '900', price: '100', quantity: '3', side: 'Ask', symbol: SYMBOL },
    ...{ systemOrderType: 'LiquidatePositionOnBook', timestamp: '2026-03-01T12:00:06.000' },
  },
];

const SQRT = { type: 'sqrt', base: '0.0125', factor: '0.000025' };

export const MARKET = {
  ...{ symbol: SYMBOL, baseSymbol: 'SOL', quoteSymbol: 'USDC', marketType: 'PERP', visible: true },
  filters: {
    price: { minPrice: '0.01', maxPrice: '1000', tickSize: '0.01' },
    quantity: { minQuantity: '0.05', stepSize: '0.01' },
  },
  imfFunction: { type: 'sqrt', base: '0.02', factor: '0.00005' },
  ...{ mmfFunction: SQRT, fundingInterval: 3_600_000, orderBookState: 'Open' },
  createdAt: '2025-01-21T06:34:54.691858',
};
const SPOT = { ...MARKET, symbol: 'SOL_USDC', marketType: 'SPOT' };
const CLOSED = { ...MARKET, symbol: 'OLD_USDC_PERP', orderBookState: 'Closed' };

const TICKER = {
  ...{ symbol: SYMBOL, firstPrice: '148', lastPrice: '150.25', priceChange: '2.25' },
  ...{ priceChangePercent: '0.015203', high: '152', low: '147.5', volume: '120000.5' },
  ...{ quoteVolume: '18030075.1', trades: '54321' },
};

/** What each route answers; `schema`: its name in the OpenAPI document, `list`: of such. */
export interface Route {
  readonly body: unknown;
  readonly schema?: string;
  readonly list?: true;
  readonly status?: number;
}

export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /api/v1/time': { body: 0 },
  'GET /api/v1/market': { body: MARKET, schema: 'Market' },
  'GET /api/v1/markets': { body: [MARKET, SPOT, CLOSED], schema: 'Market', list: true },
  'GET /api/v1/ticker': { body: TICKER, schema: 'Ticker' },
  'GET /api/v1/tickers': {
    body: [TICKER, { ...TICKER, symbol: 'SOL_USDC' }],
    ...{ schema: 'Ticker', list: true },
  },
  'GET /api/v1/markPrices': {
    body: [
      {
        ...{ symbol: SYMBOL, markPrice: '150.2134', indexPrice: '150.2', fundingRate: '0.0000125' },
        nextFundingTimestamp: 1_772_370_000_000,
      },
    ],
    ...{ schema: 'MarkPrice', list: true },
  },
  'GET /api/v1/klines': {
    body: [
      {
        ...{ start: '2026-03-01 12:00:00', end: '2026-03-01 12:01:00', open: '150', high: '151' },
        ...{ low: '149', close: '150.5', volume: '1200.5', quoteVolume: '180000', trades: '99' },
      },
      {
        ...{ start: '2026-03-01 12:01:00', end: '2026-03-01 12:02:00', volume: '0' },
        ...{ quoteVolume: '0', trades: '0' },
      },
    ],
    ...{ schema: 'Kline', list: true },
  },
  'GET /api/v1/account': {
    body: {
      ...{ autoBorrowSettlements: false, autoLend: false, autoRealizePnl: true },
      ...{ autoRepayBorrows: false, borrowLimit: '0', futuresMakerFee: '-0.5' },
      ...{ futuresTakerFee: '4.5', leverageLimit: '20', limitOrders: 2, liquidating: false },
      ...{ positionLimit: '0', spotMakerFee: '8', spotTakerFee: '10', triggerOrders: 1 },
    },
    schema: 'AccountSummary',
  },
  'GET /api/v1/capital/collateral': {
    body: {
      ...{ assetsValue: '10000', borrowLiability: '0', collateral: [], imf: '0.02', mmf: '0.0125' },
      ...{ liabilitiesValue: '0', netEquity: '10012.345678', netEquityAvailable: '9800' },
      ...{ netEquityLocked: '212.345678', netExposureFutures: '300', pnlUnrealized: '-3.654322' },
      unsettledEquity: '0',
    },
    schema: 'MarginAccountSummary',
  },
  'GET /api/v1/position': {
    body: [
      {
        ...{ breakEvenPrice: '149.9', entryPrice: '150', estLiquidationPrice: '0', imf: '0.02' },
        ...{ imfFunction: SQRT, markPrice: '150.2', mmf: '0.0125', mmfFunction: SQRT },
        ...{ netCost: '-225', netQuantity: '-1.5', netExposureQuantity: '4', pnlRealized: '0' },
        ...{ netExposureNotional: '600', pnlUnrealized: '-0.3', cumulativeFundingPayment: '0' },
        ...{ symbol: SYMBOL, userId: 7, positionId: '1', cumulativeInterest: '0' },
      },
    ],
    ...{ schema: 'FuturePositionWithMargin', list: true },
  },
  'GET /api/v1/order': { body: RESTING, schema: 'OrderType' },
  'GET /api/v1/orders': {
    body: [WAITING_STOP, RESTING, PART_FILLED, HALF_STOP],
    ...{ schema: 'OrderType', list: true },
  },
  'POST /api/v1/order': { body: RESTING, schema: 'OrderType' },
  'POST /api/v1/orders': {
    body: [
      { operation: 'Ok', ...RESTING },
      { operation: 'Err', code: 'INVALID_ORDER', message: 'Order would immediately match' },
      { operation: 'Ok', ...PART_FILLED },
    ],
    ...{ schema: 'BatchCommandOrderResult', list: true },
  },
  'DELETE /api/v1/order': { body: { ...RESTING, status: 'Cancelled' }, schema: 'OrderType' },
  'GET /wapi/v1/history/orders': {
    body: [FILLED, CROSSED, CANCELLED],
    ...{ schema: 'Order', list: true },
  },
  'GET /wapi/v1/history/fills': { body: FILLS, schema: 'OrderFill', list: true },
  'GET /wapi/v1/history/funding': {
    body: ['2026-03-01T12:00:00', '2026-03-01T11:00:00'].map((intervalEndTimestamp, k) => ({
      ...{ userId: 7, symbol: SYMBOL, quantity: k === 0 ? '-0.00281' : '0.001' },
      ...{ intervalEndTimestamp, fundingRate: '0.0000125' },
    })),
    ...{ schema: 'FundingPayment', list: true },
  },
};
