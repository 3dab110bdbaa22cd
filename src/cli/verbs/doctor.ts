/**
 * `gridd doctor`: is this machine and this home fit to run a fleet, and what to do where not. It
 * changes no content and starts nothing. Exit 0 when nothing fails, else 2.
 */
import { EXIT } from '../../contract/errors.ts';
import type { Context } from '../context.ts';
import { findingText } from '../doctor/finding-text.ts';
import { checkFleet } from '../doctor/fleet-checks.ts';
import { checkMachine } from '../doctor/machine-checks.ts';
import { checkService } from '../doctor/service-check.ts';
import { tellJson } from '../results.ts';

/** Looks at everything and prints what was found. */
export async function doctor(
  context: Context,
  options: { readonly json?: boolean },
): Promise<number> {
  const findings = [
    ...(await checkMachine(context)),
    ...(await checkFleet(context)),
    await checkService(context),
  ];
  if (options.json === true) tellJson(context, findings);
  else for (const finding of findings) context.terminal.draw(findingText(context, finding));
  return findings.some(({ verdict }) => verdict === 'fail') ? EXIT.input : EXIT.done;
}
