/** Findings as lines for people. */
import pc from 'picocolors';
import { escapeUnseen } from '../../platform/terminal.ts';
import type { Context } from '../context.ts';
import type { Finding, Verdict } from './finding.ts';

/** Where it is shown, as far as matters here. */
interface Painted {
  readonly terminal: Pick<Context['terminal'], 'colours'>;
}

/** One finding on a line, its advice on the next, ending in a newline. */
export function findingText({ terminal }: Painted, finding: Finding): string {
  const { name, verdict, found, advice } = finding;
  const colours = pc.createColors(terminal.colours);
  const paint: Readonly<Record<Verdict, (text: string) => string>> = {
    ok: colours.green,
    warn: colours.yellow,
    fail: colours.red,
  };
  const words = escapeUnseen(`${name.padEnd(10)}  ${found}`);
  const line = `${paint[verdict](verdict.padEnd(4))}  ${words}\n`;
  return advice === '' ? line : `${line}${' '.repeat(18)}${escapeUnseen(advice)}\n`;
}
