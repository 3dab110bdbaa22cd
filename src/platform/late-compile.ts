/**
 * When V8 compiles. Its compiler works on a thread beside the program, and for milliseconds on the
 * very processor where the program has just been woken: a bot that has a few fills a minute would
 * meet that for days, function by function.
 */
import { setFlagsFromString } from 'node:v8';

/** Twenty times V8's own: what is really hot is compiled all the same. Bytes of code executed. */
const BUDGET = 1_320_000;

/**
 * Lets V8 compile only what has run long. From Node 22 on nothing changes: it has no such setting,
 * and a middle compiler that is done at once.
 */
export function compileLate(node = process.versions.node): void {
  if (Number.parseInt(node, 10) < 22) setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
