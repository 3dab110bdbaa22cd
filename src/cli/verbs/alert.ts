/** `gridd alert test`: the running supervisor, which sends alerts, sends one to each receiver. */
import type { AlertTestResult } from '../../contract/alerts.ts';
import { EXIT } from '../../contract/errors.ts';
import type { Context } from '../context.ts';
import { ControlClient } from '../control-client.ts';
import { tellJson } from '../results.ts';

/** Says what came back; exit 2 unless each receiver took it. */
export async function alertTest(
  context: Context,
  options: { readonly json?: boolean },
): Promise<number> {
  const client = new ControlClient(context.home);
  const results = await client.post<AlertTestResult[]>('/api/alerts/test', {});
  if (options.json === true) tellJson(context, results);
  else {
    for (const { receiver, ok, what } of results) {
      context.terminal.out(`${receiver.padEnd(13)}  ${ok ? 'took it' : 'FAILED'}  ${what}\n`);
    }
  }
  return results.every(({ ok }) => ok) ? EXIT.done : EXIT.input;
}
