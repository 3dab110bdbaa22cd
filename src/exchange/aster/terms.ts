/**
 * What the account and the venue have agreed on for one symbol: its rules, with the account's own
 * fees and brackets. Read at the first need, and read again when somebody asks for the rules.
 */
import type { MarketRules } from '../../contract/market.ts';
import { makeMarket } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import { VenueFault } from '../port.ts';
import { answerFault } from '../wire/json.ts';
import { ratesOf } from './parse-account.ts';
import type { FeeRates } from './parse-account.ts';
import type { PartAnswers } from './part-answers.ts';
import { bracketsOf, isOpen, rulesOf } from './parse-market.ts';
import { ROUTES } from './routes.ts';

export interface Terms {
  readonly rules: MarketRules;
  readonly market: Market;
  readonly rates: FeeRates;
}

export class TermsReader {
  readonly #symbol: string;
  readonly #answers: PartAnswers;
  #terms: Terms | null = null;
  #reading: Promise<Terms> | null = null;

  constructor(symbol: string, answers: PartAnswers) {
    this.#symbol = symbol;
    this.#answers = answers;
  }

  /** As far as they were read. */
  get known(): Terms | null {
    return this.#terms;
  }

  /** The terms, read if they never were. */
  async get(): Promise<Terms> {
    return this.#terms ?? this.read();
  }

  /** Reads them now; who asks meanwhile is given the same. */
  read(): Promise<Terms> {
    this.#reading ??= this.#answers.reading(() => this.#read()).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(): Promise<Terms> {
    const symbol = this.#symbol;
    const answers = this.#answers;
    // One after another, as a small share lets them through.
    const info = await answers.ask(ROUTES.exchangeInfo);
    const brackets = await answers.ask(ROUTES.leverageBracket, { symbol });
    const commission = await answers.ask(ROUTES.commissionRate, { symbol });
    const raw = info.at('symbols').items().find((each) => each.at('symbol').text() === symbol);
    if (raw === undefined) throw symbolFault(`Aster has no market ${symbol}.`);
    if (!isOpen(raw)) throw symbolFault(`${symbol} is not traded at Aster now.`);
    const rates = ratesOf(commission);
    const rules = rulesOf(raw, rates, bracketsOf(brackets, symbol));
    this.#terms = { rules, market: usable(rules), rates };
    return this.#terms;
  }
}

/** Rules that cannot be computed with are an answer that cannot be read. */
function usable(rules: MarketRules): Market {
  try {
    return makeMarket(rules);
  } catch (error) {
    throw answerFault(error instanceof Error ? error.message : String(error));
  }
}

function symbolFault(message: string): VenueFault {
  return new VenueFault('refused', message, null, 'symbol');
}
