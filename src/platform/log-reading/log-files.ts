/**
 * The log files of one instance: dated parts `<date>/<name>.<n>` and the raw output beside the
 * dates. A cursor reads the last lines and then what follows, across rolled parts and replaced
 * files; holes punched into old raw output are skipped. Reads only.
 */
import { closeSync, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { parseLogLine, withTimes } from './log-lines.ts';
import type { LogLine, LogStream } from './log-lines.ts';

const CHUNK_BYTES = 64 * 1024;
/** A line longer than this is shown in pieces. */
const LONGEST_LINE = 1024 * 1024;
const DATE_FOLDER = /^\d{4}-\d{2}-\d{2}$/;

/** One file, or one series of dated parts. */
export interface LogSource {
  readonly id: string;
  readonly stream: LogStream;
  /** Tells the sources of one instance apart. */
  readonly name: string;
  /** Present files, oldest first. */
  files(): string[];
}

/** The sources of an instance's log. Without `stream`: everything, each line once. */
export function logSources(id: string, logDir: string, stream?: LogStream): LogSource[] {
  const dated = (name: string, of: LogStream): LogSource => ({
    ...{ id, name },
    stream: of,
    files: () => datedParts(logDir, name),
  });
  const raw = (name: string, of: LogStream): LogSource => ({
    ...{ id, name },
    stream: of,
    files: () => [join(logDir, name)].filter((file) => statOrNull(file) !== null),
  });
  const daemon = [dated('daemon.log', 'daemon')];
  const out = [dated('bot_stdout.log', 'out'), raw('raw_stdout.log', 'out')];
  const rawErr = raw('raw_stderr.log', 'err');
  if (stream === 'daemon') return daemon;
  if (stream === 'out') return out;
  if (stream === 'err') return [dated('bot_stderr.log', 'err'), rawErr];
  // bot_stderr.log repeats the warnings of bot_stdout.log.
  return [...daemon, ...out, rawErr];
}

/**
 * Parts of a dated log, oldest first. The plain names are links to parts and are not counted
 * twice.
 */
function datedParts(logDir: string, name: string): string[] {
  const dates = entries(logDir).filter((entry) => DATE_FOLDER.test(entry));
  return dates.sort().flatMap((date) => {
    const parts = entries(join(logDir, date)).flatMap((entry) => {
      const number = entry.startsWith(`${name}.`) ? entry.slice(name.length + 1) : '';
      return /^\d+$/.test(number) ? [{ file: join(logDir, date, entry), at: Number(number) }] : [];
    });
    return parts.sort((a, b) => a.at - b.at).map(({ file }) => file);
  });
}

/** Reads one source: first its last lines, then, at each poll, what was added. */
export class LogCursor {
  readonly #source: LogSource;
  #file: string | null = null;
  #fd: number | null = null;
  #offset = 0;
  #rest = Buffer.alloc(0);
  /** Time of the last line that bears one. */
  #known: number | null = null;

  constructor(source: LogSource) {
    this.#source = source;
  }

  /** The last `count` lines; with `follow`, polls continue after them. */
  tail(count: number, follow: boolean): LogLine[] {
    const files = this.#source.files();
    const newest = files.at(-1);
    let lines: LogLine[] = [];
    for (const file of files.toReversed()) {
      const keep = follow && file === newest;
      lines = [...this.#tailOf(file, count - lines.length, keep), ...lines];
      if (lines.length >= count) break;
    }
    return lines;
  }

  /**
   * All lines of files written since `sinceMs`, oldest first, read as they are taken; with
   * `follow`, polls continue after them.
   */
  *all(sinceMs: number, follow: boolean): Generator<LogLine> {
    const files = this.#source.files();
    let written = 0;
    for (const file of files) {
      const modified = statOrNull(file)?.mtimeMs ?? 0;
      if (modified < sinceMs) continue;
      written = modified;
      yield* this.#timed(this.#move(file), modified);
    }
    if (!follow && this.#rest.length > 0) {
      const left = this.#lineUnlessEmpty(this.#rest);
      this.#rest = Buffer.alloc(0);
      yield* this.#timed(left, written);
    }
    if (this.#file === null) this.tail(0, follow);
  }

  /** Lines added since; never waits. `now` is the time of lines before any that bears one. */
  poll(now: number): LogLine[] {
    // Listed before reading: a part that has a successor by then gets no more lines.
    const files = this.#source.files();
    const lines = [...this.#readOn()];
    const at = this.#file === null ? -1 : files.indexOf(this.#file);
    const next = at < 0 ? files.filter((file) => this.#isLater(file)) : files.slice(at + 1);
    if (at >= 0 && this.#replaced()) next.unshift(...files.slice(at, at + 1));
    for (const file of next) for (const line of this.#move(file)) lines.push(line);
    return [...this.#timed(lines, now)];
  }

  *#timed(lines: Iterable<LogLine>, first: number): Generator<LogLine> {
    for (const line of withTimes(lines, this.#known, first)) {
      if (!line.approximate) this.#known = line.at;
      yield line;
    }
  }

  /**
   * For a part that retention removed while it was read: what comes after it by date and number.
   */
  #isLater(file: string): boolean {
    return this.#file === null || file.localeCompare(this.#file, 'en', { numeric: true }) > 0;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  *#move(file: string): Generator<LogLine> {
    if (this.#rest.length > 0) yield* this.#lineUnlessEmpty(this.#rest);
    this.close();
    this.#rest = Buffer.alloc(0);
    this.#file = file;
    this.#fd = openOrNull(file);
    this.#offset = this.#fd === null ? 0 : startOf(this.#fd);
    yield* this.#readOn();
  }

  /** The path leads to another file than the one that is open, or it was emptied. */
  #replaced(): boolean {
    if (this.#file === null || this.#fd === null) return false;
    const present = statOrNull(this.#file);
    const open = fstatSync(this.#fd);
    return (present !== null && present.ino !== open.ino) || open.size < this.#offset;
  }

  *#readOn(): Generator<LogLine> {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    while (this.#fd !== null) {
      const read = readSync(this.#fd, chunk, 0, chunk.length, this.#offset);
      if (read === 0) return;
      this.#offset += read;
      this.#rest = Buffer.concat([this.#rest, chunk.subarray(0, read)]);
      for (let end = this.#rest.indexOf(10); end >= 0; end = this.#rest.indexOf(10)) {
        const line = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + 1);
        yield* this.#lineUnlessEmpty(line);
      }
      if (this.#rest.length > LONGEST_LINE) {
        const piece = this.#rest;
        this.#rest = Buffer.alloc(0);
        yield* this.#lineUnlessEmpty(piece);
      }
    }
  }

  #tailOf(file: string, count: number, keep: boolean): LogLine[] {
    const fd = openOrNull(file);
    if (fd === null) return [];
    try {
      const { size, mtimeMs } = fstatSync(fd);
      const { bytes, from } = readBackwards(fd, size, count);
      const end = bytes.lastIndexOf(10) + 1;
      if (keep) {
        this.#file = file;
        this.#fd = openOrNull(file);
        this.#offset = from + end;
        // A last line without its newline belongs to the poll that sees it end, or to nobody.
        return this.#last(bytes.subarray(0, end), count, mtimeMs);
      }
      return this.#last(bytes, count, mtimeMs);
    } finally {
      closeSync(fd);
    }
  }

  #last(bytes: Buffer, count: number, modifiedMs: number): LogLine[] {
    if (count <= 0) return [];
    const texts = bytes.toString('utf8').replaceAll('\0', '').split('\n');
    const filled = texts.filter((text) => text !== '').map((text) => this.#line(text));
    // What lies before the wanted lines may bear their time.
    const lines = [...withTimes(filled, null, modifiedMs)];
    // Read newest file first: what is known already is later.
    this.#known ??= lines.findLast(({ approximate }) => !approximate)?.at ?? null;
    return lines.slice(-count);
  }

  #lineUnlessEmpty(bytes: Buffer): LogLine[] {
    const text = bytes.toString('utf8').replaceAll('\0', '').replace(/\r$/, '');
    return text === '' ? [] : [this.#line(text)];
  }

  #line(text: string): LogLine {
    return parseLogLine(this.#source.id, this.#source.stream, text, Number.NaN);
  }
}

/** Where the content of a file begins: behind the hole in its old part. */
export function startOf(fd: number): number {
  const { size, blocks } = fstatSync(fd);
  return Math.max(0, Math.floor((size - blocks * 512) / CHUNK_BYTES) * CHUNK_BYTES);
}

/** The end of a file with at least `count` whole lines in it, or all of it up to a hole. */
function readBackwards(fd: number, size: number, count: number): { bytes: Buffer; from: number } {
  let from = size;
  let bytes = Buffer.alloc(0);
  let newlines = 0;
  while (from > 0 && newlines <= count) {
    const start = Math.max(0, from - CHUNK_BYTES);
    const chunk = Buffer.alloc(from - start);
    const read = readSync(fd, chunk, 0, chunk.length, start);
    const part = chunk.subarray(0, read);
    if (part.every((byte) => byte === 0)) break;
    newlines += part.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
    bytes = Buffer.concat([part, bytes]);
    from = start;
  }
  return { bytes, from };
}

/** A handle to read a file; null when it is gone. */
export function openOrNull(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch {
    // Retention may remove a part between the listing and now.
    return null;
  }
}

/** What is known of a file; null when it is gone. */
export function statOrNull(file: string): Stats | null {
  return statSync(file, { throwIfNoEntry: false }) ?? null;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
