/** A check as a person reads it: findings, then what a start would hold and risk. */
import type { Context } from '../context.ts';
import { findingText } from '../doctor/finding-text.ts';
import { renderPairs } from '../render.ts';
import type { CheckReport } from './check-report.ts';

/** Everything, ending in a newline. */
export function checkText(context: Context, report: CheckReport): string {
  const findings = report.findings.map((finding) => findingText(context, finding)).join('');
  const grid = gridText(context, report);
  return grid === '' ? findings : `${findings}\n${grid}`;
}

/** What a first start would hold and risk; empty where that is not known. */
export function gridText({ terminal }: Context, report: CheckReport): string {
  const { id, venue, symbol, account, grid, base, quote } = report;
  if (grid === null || account === null) return '';
  const { most_long, most_short, profit_per_grid: profit, liquidation: risk } = grid;
  const price = (text: string | null) => text ?? 'none';
  const pairs = [
    ['instance', `${id} on ${venue}, ${symbol} at ${grid.price}`],
    ['equity of the account', `${account.equity} ${quote}`],
    ['size per grid', `${grid.quantity_per_grid} ${base}, ${grid.orders} orders`],
    ['worst positions', `${most_long} and ${most_short} ${base}`],
    ['profit per grid', `${profit.min} to ${profit.max} % after fees`],
    ['liquidated now at', price(risk.now)],
    ['with all buys filled', price(risk.buys_filled)],
    ['with all sells filled', price(risk.sells_filled)],
  ] as const;
  return renderPairs(pairs, { width: null, colours: terminal.colours });
}
