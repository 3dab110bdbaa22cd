/** The terminal of this process: where words go and come from. */
import { writeSync } from 'node:fs';
import { isErrno } from './json-file.ts';

/** Where words go and come from. `out` is for results, `err` for everything said beside them. */
export interface Terminal {
  /** What cannot be seen is written as JSON writes it, see `escapeUnseen`. */
  out(text: string): void;
  /**
   * `out` for our own pictures, whose escape codes stay: text of others must have been made visible
   * before it was painted.
   */
  draw(picture: string): void;
  err(text: string): void;
  /** Width of the output; 80 where it is no terminal, or one that does not know. */
  readonly columns: number;
  /** Height of the output; 24 where it is no terminal, or one that does not know. */
  readonly rows: number;
  /** `out` is a screen that can be drawn over. */
  readonly redraws: boolean;
  /** Colours on `out`: only on a terminal and without NO_COLOR. */
  readonly colours: boolean;
  /** Somebody can be asked. */
  readonly interactive: boolean;
  /** Asks one question and resolves with the line typed, trimmed; '' when none comes any more. */
  ask(question: string): Promise<string>;
  /** Calls `fn` at each Ctrl-C instead of ending; returns how to undo that. */
  onInterrupt(fn: () => void): () => void;
}

const WIDTH_WITHOUT_TERMINAL = 80;
const HEIGHT_WITHOUT_TERMINAL = 24;

/**
 * This process's own. `onEnd`: called with null when the reader of its output went away, with why
 * when the output cannot be written (a full disk).
 */
export function processTerminal(onEnd: (fault: Error | null) => void): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error) => onEnd(isErrno(error, 'EPIPE') ? null : error));
  }
  return {
    out: (text) => void stdout.write(escapeUnseen(text)),
    draw: (picture) => void stdout.write(escapeForeign(picture)),
    err: (text) => void stderr.write(escapeUnseen(text)),
    // Asked each time: a window changes its size while something is watched in it.
    get columns() {
      return sizeOr(stdout.columns, WIDTH_WITHOUT_TERMINAL);
    },
    get rows() {
      return sizeOr(stdout.rows, HEIGHT_WITHOUT_TERMINAL);
    },
    redraws: stdout.isTTY && env['TERM'] !== 'dumb',
    colours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    // Looked at only when asked: opening standard input costs every other verb time.
    get interactive() {
      return process.stdin.isTTY && stdout.isTTY;
    },
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const lines = createInterface({ input: process.stdin, output: stdout });
      const gone = new Promise<string>((resolve) => {
        lines.once('close', () => resolve(''));
      });
      try {
        const shown = escapeUnseen(question);
        return (await Promise.race([lines.question(shown), gone])).trim();
      } catch (error) {
        if (!isErrno(error, 'ABORT_ERR')) throw error;
        // Ctrl-C or Ctrl-D; what is said next begins a line of its own.
        stdout.write('\n');
        return '';
      } finally {
        lines.close();
      }
    },
    onInterrupt(fn) {
      process.on('SIGINT', fn);
      return () => process.off('SIGINT', fn);
    },
  };
}

// What a text from a config, a venue or a program may not do to whoever reads it: steer the
// terminal, or turn the direction in which a line is read. Joiners within words are letters' own,
// the line ends of a CSV its own.
const UNSEEN = /[^\P{Cc}\t\n\r]|\r(?!\n)|[^\P{Cf}\u200c\u200d]|[\u2028\u2029]/gu;
// Bold, dim, the colours of states and levels, and the moves of a table drawn in place.
const OWN = String.raw`\u001b\[(?:(?:1|2|22|31|32|33|36|39)m|[HKJ])`;
const FOREIGN = new RegExp(`(?!${OWN})(?:${UNSEEN.source})`, 'gu');

/**
 * `text` with what cannot be seen written as JSON writes it (\\u202e): readable for people, and the
 * same document for programs.
 */
export function escapeUnseen(text: string): string {
  return text.replace(UNSEEN, asJson);
}

/** The same for a picture of ours. */
function escapeForeign(picture: string): string {
  return picture.replace(FOREIGN, asJson);
}

function asJson(mark: string): string {
  const units = Array.from({ length: mark.length }, (_, n) => mark.charCodeAt(n));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** A serial line and some containers have a terminal that says 0; no terminal says nothing. */
function sizeOr(said: number | undefined, usual: number): number {
  return said === undefined || said === 0 ? usual : said;
}

/** Words on standard error just before an exit: written at once, or lost where that fails. */
export function lastWords(text: string): void {
  try {
    writeSync(process.stderr.fd, escapeUnseen(text));
  } catch {
    // There is nowhere left to say it.
  }
}

/** Calls `fn` when this process is told to end instead of ending; returns how to undo that. */
export function onTerminate(fn: () => void): () => void {
  process.on('SIGTERM', fn);
  return () => process.off('SIGTERM', fn);
}
