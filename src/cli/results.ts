/**
 * How the answers of changing verbs are told: a line per instance on stdout, what failed on
 * stderr, and the exit code of the first failure.
 */
import { EXIT } from '../contract/errors.ts';
import type { VerbResult } from '../contract/fleet-api.ts';
import type { StopReceipt } from '../contract/instance-api.ts';
import type { Context } from './context.ts';
import { exitOf, failureText } from './failure.ts';
import { moneyText } from './render.ts';

/** Prints the results and returns the exit code. */
export function tellResults(
  context: Context,
  results: readonly VerbResult[],
  json: boolean,
): number {
  const { terminal } = context;
  if (json) terminal.out(`${JSON.stringify(results, null, 2)}\n`);
  let exit: number = EXIT.done;
  for (const result of results) {
    for (const warning of result.warnings ?? []) {
      terminal.err(`warning: ${result.id}: ${warning}\n`);
    }
    if (result.ok) {
      if (!json) terminal.out(`${result.id}: ${withUrl(result)}${receiptText(result.receipt)}\n`);
      continue;
    }
    const code = result.error === undefined ? EXIT.bug : exitOf(result.error);
    exit = exit === EXIT.done ? code : exit;
    if (result.error === undefined) terminal.err(`INTERNAL: ${result.id}: ${result.message}\n`);
    else terminal.err(failureText(namedError(result.id, result.error)));
  }
  return exit;
}

/** One JSON document on stdout. */
export function tellJson(context: Context, document: unknown): void {
  context.terminal.out(`${JSON.stringify(document, null, 2)}\n`);
}

function withUrl(result: VerbResult): string {
  const row = result.row;
  const serves = row?.state === 'running' || row?.state === 'degraded';
  const port = serves ? row.web_port : null;
  const said = result.message.includes('http://') || port === null;
  return said ? result.message : `${result.message}, http://127.0.0.1:${port}`;
}

function receiptText(receipt: StopReceipt | null | undefined): string {
  if (receipt === null || receipt === undefined) return '';
  return (
    `\n  grid profit ${moneyText(receipt.grid_profit)}, ` +
    `unpaired ${moneyText(receipt.unpaired)}, total ${moneyText(receipt.total_pnl)}`
  );
}

function namedError(id: string, error: NonNullable<VerbResult['error']>) {
  return error.message.includes(id) ? error : { ...error, message: `${id}: ${error.message}` };
}
