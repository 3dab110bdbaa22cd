/**
 * `gridd list --watch`: the table again and again until Ctrl-C. On a terminal it is drawn in place;
 * on a pipe each picture follows the last, without control codes.
 */
import { EXIT, GriddError } from '../contract/errors.ts';
import { isoTime, systemClock } from '../platform/clock.ts';
import { machineRoom } from '../platform/machine.ts';
import { escapeUnseen } from '../platform/terminal.ts';
import type { Context } from './context.ts';
import { readList } from './fleet-reader.ts';
import { redrawn, summaryLines } from './watch-frame.ts';

const SHORTEST_S = 0.2;
const LONGEST_S = 3600;

/** Shows the table of the rows; the same that `gridd list` prints. */
type ShowTable = (context: Context, rows: Awaited<ReturnType<typeof readList>>) => void;

/** Seconds between two pictures; USAGE when the text is no such number. */
export function intervalSeconds(text: string): number {
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (seconds >= SHORTEST_S && seconds <= LONGEST_S) return seconds;
  const allowed = `${SHORTEST_S} to ${LONGEST_S}`;
  throw new GriddError('USAGE', `--interval takes ${allowed} seconds, not "${text}".`);
}

/** Draws until it is interrupted. */
export async function watchList(
  context: Context,
  seconds: number,
  show: ShowTable,
): Promise<number> {
  const { terminal } = context;
  const pause = new Pause();
  const restore = terminal.onInterrupt(() => pause.end());
  try {
    // What the screen shows is pushed up, not overwritten.
    if (terminal.redraws) terminal.out('\n'.repeat(terminal.rows));
    while (!pause.ended) {
      const text = await picture(context, seconds, show);
      if (terminal.redraws) terminal.draw(redrawn(text, terminal));
      else terminal.draw(`${text}\n`);
      await pause.wait(seconds * 1000);
    }
    return EXIT.done;
  } finally {
    restore();
  }
}

async function picture(context: Context, seconds: number, show: ShowTable): Promise<string> {
  const { terminal, home } = context;
  let text = '';
  const draw = (picture: string) => void (text += picture);
  // Made visible here, so that it is cut to the width that it takes.
  const say = (said: string) => draw(escapeUnseen(said));
  const drawing = { ...context, terminal: { ...terminal, draw, out: say, err: say } };
  const time = isoTime(systemClock.now()).slice(0, 19).replace('T', ' ');
  const how = terminal.redraws ? `every ${seconds} s, Ctrl-C ends` : `every ${seconds} s`;
  say(`gridd ${home.folder}  ${time} UTC, ${how}\n`);
  const rows = await readList(drawing);
  say(`${summaryLines(rows, machineRoom(home.folder)).join('\n')}\n\n`);
  show(drawing, rows);
  return text;
}

/** A wait that can be ended from outside, once and for all. */
class Pause {
  ended = false;
  #wake: (() => void) | null = null;

  end(): void {
    this.ended = true;
    this.#wake?.();
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.ended) return resolve();
      const cancel = systemClock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
