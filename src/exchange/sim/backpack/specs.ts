/** The markets of a loopback Backpack: perpetuals with its margin functions, spot beside them. */
import { coins } from '../symbols.ts';
import type { SymbolSpec } from '../symbols.ts';

/** Base assets that the venue has besides BTC, ETH and SOL. */
const BASES =
  'XRP DOGE ADA AVAX LINK DOT LTC BCH NEAR APT SUI ARB OP TIA SEI UNI AAVE LDO CRV WLD PYTH JUP ' +
  'JTO WIF BONK PEPE SHIB TRX TON HBAR XLM HYPE BNB IP KAITO kPEPE kBONK kSHIB S FARTCOIN PNUT ' +
  'TRUMP ENA ONDO PENGU VIRTUAL BERA EIGEN APE GOAT MOODENG DBR ACT ME CHILLGUY SONIC MELANIA ' +
  'ANIME VINE MOVE ROAM AI16Z LAYER HUMA WAL DEEP CETUS SEND BLUE NS HAEDAL TAO FRAG PUMP WCT ES ' +
  'ZORA WLFI SWTCH LINEA XPL BARD FLOCK AVNT PENDLE AERO ASTER 0G 2Z ZEUS APEX EDEN FF ORDER MNT ' +
  'ZEC MORPHO ATH KGEN FOGO SPX ETHFI APR PIPE MET HNT MOBILE RENDER WEN W TNSR PRCL SHARK KMNO ' +
  'MEW BOME RAY HONEY SHFL BODEN IO DRIFT FTM MATIC STRK BLUR GALA ZRO ZEX LIT SKR XMR';

export const QUOTE = 'USDC';
/** Rates of a new account, fractions. */
export const FEES = { maker: '0.0002', taker: '0.0005' };
/** Most orders of an account on a market; the venue documents none. */
const MOST_ORDERS = 1000;
const HOUR_MS = 3_600_000;

interface Functions {
  readonly initial: { readonly base: string; readonly factor: string };
  readonly maintenance: { readonly base: string; readonly factor: string };
}

const LARGE: Functions = {
  initial: { base: '0.02', factor: '0.0001275' },
  maintenance: { base: '0.0125', factor: '0.0000765' },
};
const SMALL: Functions = {
  initial: { base: '0.1', factor: '0.0003' },
  maintenance: { base: '0.0625', factor: '0.00018' },
};

/** Perpetual markets, `count` at most; each stands for a spot market, too, which only has data. */
export function backpackSpecs(seed: number, count: number): readonly SymbolSpec[] {
  return coins(count, seed, BASES.split(' ')).map((coin): SymbolSpec => {
    const functions = ['BTC', 'ETH', 'SOL'].includes(coin.base) ? LARGE : SMALL;
    return {
      rules: {
        ...{ symbol: `${coin.base}_${QUOTE}_PERP`, base: coin.base, quote: QUOTE },
        ...{ tick: coin.tick, lot: coin.lot, min_quantity: coin.lot, min_notional: '0' },
        ...{ max_orders: MOST_ORDERS, maker_fee: FEES.maker, taker_fee: FEES.taker },
        max_leverage: functions === LARGE ? '50' : '10',
        maintenance: { kind: 'sqrt', ...functions.maintenance },
      },
      initial: { kind: 'sqrt', ...functions.initial },
      ...{ start_price: coin.price, volatility: coin.volatility },
      ...{ funding_rate: '0.0000125', funding_interval_ms: HOUR_MS },
    };
  });
}
