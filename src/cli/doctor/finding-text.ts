/** Findings as lines for people. */
import pc from 'picocolors';
import type { Context } from '../context.ts';
import type { Finding, Verdict } from './finding.ts';

/** One finding on a line, its advice on the next, ending in a newline. */
export function findingText({ terminal }: Context, finding: Finding): string {
  const { name, verdict, found, advice } = finding;
  const colours = pc.createColors(terminal.colours);
  const paint: Readonly<Record<Verdict, (text: string) => string>> = {
    ok: colours.green,
    warn: colours.yellow,
    fail: colours.red,
  };
  const line = `${paint[verdict](verdict.padEnd(4))}  ${name.padEnd(10)}  ${found}\n`;
  return advice === '' ? line : `${line}${' '.repeat(18)}${advice}\n`;
}
