/**
 * The logs of instances in pages, for a browser: the newest lines, what came after a page, what
 * came before it. A cursor names a place in each file and survives its rotation and removal. One
 * page costs a bounded read, whatever is searched for; no line steers who shows it.
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LOG_LEVELS } from '../../contract/page-api.ts';
import type { LogLevel, LogLine as ShownLine, LogPage } from '../../contract/page-api.ts';
import { isoTime } from '../clock.ts';
import { logSources, openOrNull, startOf, statOrNull } from './log-files.ts';
import type { LogSource } from './log-files.ts';
import { mergeLines, parseLogLine, withTimes } from './log-lines.ts';
import type { LogLine, LogStream } from './log-lines.ts';

/** One instance's log folder. */
export interface LogFolder {
  readonly id: string;
  readonly dir: string;
}

export interface LogQuery {
  readonly folders: readonly LogFolder[];
  /** Cursors of earlier pages; null: the newest lines. */
  readonly after: string | null;
  readonly before: string | null;
  readonly limit: number;
  /** The least level. */
  readonly level: LogLevel;
  /** Text that occurs in the line, in whatever case; empty: any. */
  readonly text: string;
  readonly stream: ShownLine['stream'] | null;
}

/** A place in a source: which file, by its inode where it keeps its name, and the next byte. */
interface Place {
  readonly file: string;
  readonly inode: number;
  readonly offset: number;
  /** It need not follow a line's end. */
  readonly inside: boolean;
}
type Places = Readonly<Record<string, Place>>;

/** A line with where it lies. */
interface Found {
  /** Its source. */
  readonly key: string;
  readonly line: LogLine;
  readonly start: Place;
  readonly end: Place;
}

/** Read at most by one page, divided among its sources, and of each however many there are. */
const MOST_BYTES = 1024 * 1024;
const LEAST_BYTES = 16 * 1024;
/** A line is shown this long; what is longer is cut. */
const LONGEST_SHOWN = 4000;
const STREAMS: Readonly<Record<LogStream, ShownLine['stream']>> = {
  daemon: 'daemon',
  out: 'stdout',
  err: 'stderr',
};
const UNTIMED = -1;

/** Reads a page; null: a cursor is none of ours. */
export function readLogPage(query: LogQuery): LogPage | null {
  const after = query.after === null ? null : parsePlaces(query.after);
  const before = query.before === null ? null : parsePlaces(query.before);
  if ((query.after !== null && after === null) || (query.before !== null && before === null)) {
    return null;
  }
  const stream = (['daemon', 'out', 'err'] as const).find((each) => STREAMS[each] === query.stream);
  const sources = query.folders.flatMap(({ id, dir }) => {
    return logSources(id, dir, stream).map((source) => ({ source, dir }));
  });
  const budget = Math.max(LEAST_BYTES, Math.floor(MOST_BYTES / Math.max(1, sources.length)));
  return after === null
    ? pageBackward(query, sources, budget, before)
    : pageForward(query, sources, budget, after);
}

interface Placed {
  readonly source: LogSource;
  readonly dir: string;
}

/** The last lines before a place of each source, or before its end. */
function pageBackward(
  query: LogQuery,
  sources: readonly Placed[],
  budget: number,
  before: Places | null,
): LogPage {
  const ends: Record<string, Place> = {};
  const starts: Record<string, Place> = {};
  let unread = false;
  const lists = sources.map(({ source, dir }) => {
    const key = keyOf(source);
    const end = before === null ? endOf(source, dir) : resolve(source, dir, before[key] ?? null);
    if (end === null) return [];
    const read = readBackward(source, dir, end, budget);
    ends[key] = before?.[key] ?? end;
    starts[key] = read.from;
    unread ||= read.more;
    return timed(read.found).filter(({ line }) => takes(query, line));
  });
  const merged = mergeFound(lists);
  const shown = merged.slice(-query.limit);
  const left = merged.slice(0, merged.length - shown.length);
  // What was left out comes with the page before: that begins after the newest of it.
  for (const { key, end } of left) starts[key] = end;
  const more = left.length > 0 || unread;
  return {
    lines: shown.map(shownLine),
    cursor: placesText(ends),
    more,
    older: more ? placesText(starts) : null,
  };
}

/** The first lines after a place of each source. */
function pageForward(
  query: LogQuery,
  sources: readonly Placed[],
  budget: number,
  after: Places,
): LogPage {
  const ends: Record<string, Place> = { ...after };
  const lists = sources.map(({ source, dir }) => {
    const key = keyOf(source);
    // A source that came to be since has all its lines before it.
    const from = resolve(source, dir, after[key] ?? null) ?? beginOf(source, dir);
    if (from === null) return [];
    const read = readForward(source, dir, from, budget);
    ends[key] = read.to;
    return timed(read.found).filter(({ line }) => takes(query, line));
  });
  const merged = mergeFound(lists);
  const shown = merged.slice(0, query.limit);
  // What is left out comes with the next page.
  for (const { key, start } of merged.slice(query.limit).reverse()) ends[key] = start;
  return { lines: shown.map(shownLine), cursor: placesText(ends), more: false, older: null };
}

function keyOf({ id, name }: LogSource): string {
  return `${id}/${name}`;
}

/** In time order; each list keeps its own. */
function mergeFound(lists: readonly (readonly Found[])[]): Found[] {
  const byLine = new Map(lists.flat().map((found) => [found.line, found]));
  return mergeLines(lists.map((list) => list.map(({ line }) => line))).flatMap((line) => {
    const found = byLine.get(line);
    return found === undefined ? [] : [found];
  });
}

/** Gives lines that bear no time that of the line before them. */
function timed(found: readonly Found[]): Found[] {
  const lines = [...withTimes(found.map(({ line }) => line), null, UNTIMED)];
  return found.map((one, index) => ({ ...one, line: lines[index] ?? one.line }));
}

function takes({ level, text }: LogQuery, line: LogLine): boolean {
  if (LOG_LEVELS.indexOf(levelOf(line)) < LOG_LEVELS.indexOf(level)) return false;
  return text === '' || textOf(line).toLowerCase().includes(text.toLowerCase());
}

/** Raw output has no level; a level we do not know is better shown than hidden. */
function levelOf({ level, stream }: LogLine): LogLevel {
  if (level === null) return stream === 'err' ? 'error' : 'info';
  return LOG_LEVELS.find((each) => each === level.toLowerCase()) ?? 'error';
}

function shownLine({ line }: Found): ShownLine {
  const { id, at, approximate, stream } = line;
  return {
    instance: id,
    at: at === UNTIMED ? null : isoTime(at),
    near: approximate,
    stream: STREAMS[stream],
    level: levelOf(line),
    text: textOf(line),
  };
}

/** What is shown and searched: the words, then key=value. */
function textOf({ msg, fields }: LogLine): string {
  const more = Object.entries(fields).map(([name, value]) => {
    const plain = typeof value === 'string' && !/\s/.test(value);
    return `${name}=${plain ? value : JSON.stringify(value)}`;
  });
  const text = harmless([msg, ...more].filter((part) => part !== '').join(' '));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** Colours of a terminal are dropped, other control and direction marks become spaces. */
function harmless(text: string): string {
  const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');
  return text.replace(colour, '').replace(/[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

/** Whole lines of one source before a place, oldest first; `more`: there are older ones. */
function readBackward(source: LogSource, dir: string, end: Place, budget: number) {
  const files = source.files();
  let [left, place] = [budget, end];
  let found: Found[] = [];
  for (;;) {
    const read = chunkBefore(dir, place, left);
    const lines = linesOf(source, place, read.bytes, read.start, read.whole);
    found = [...lines.found, ...found];
    const from = { ...place, offset: lines.from, inside: lines.from === read.start };
    left -= read.bytes.length;
    if (left <= 0 || !read.whole) return { found, from, more: !read.whole || left <= 0 };
    const before = files[indexOf(files, dir, place) - 1];
    if (before === undefined) return { found, from, more: false };
    place = placeAtEnd(dir, before);
  }
}

/** Lines of one source from a place on, oldest first, and where reading ended. */
function readForward(source: LogSource, dir: string, from: Place, budget: number) {
  // Listed before reading: a part that has a successor by then gets no more lines.
  const files = source.files();
  let [left, place] = [budget, from];
  const found: Found[] = [];
  for (;;) {
    const bytes = chunkAfter(dir, place, left);
    const lines = linesOf(source, place, bytes, place.offset, true);
    found.push(...lines.found);
    // What is longer than a page is passed over: it must not stand in the way for ever.
    const endless = lines.to === place.offset && bytes.length === left;
    if (endless) place = { ...place, offset: place.offset + bytes.length, inside: true };
    else if (lines.to !== place.offset) place = { ...place, offset: lines.to, inside: false };
    left -= bytes.length;
    const next = files[indexOf(files, dir, place) + 1];
    if (left <= 0 || next === undefined) return { found, to: place };
    place = placeAtStart(dir, next);
  }
}

/** Cuts bytes that begin at `start` into lines; a first piece of a line counts only if `whole`. */
function linesOf(
  source: LogSource,
  place: Place,
  bytes: Buffer,
  start: number,
  whole: boolean,
): { found: Found[]; from: number; to: number } {
  const found: Found[] = [];
  let at = whole ? 0 : bytes.indexOf(10) + 1;
  const from = start + at;
  for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
    const text = bytes.toString('utf8', at, end).replaceAll('\0', '').replace(/\r$/, '');
    if (text !== '') {
      found.push({
        key: keyOf(source),
        line: parseLogLine(source.id, source.stream, text, Number.NaN),
        start: { ...place, offset: start + at, inside: at === 0 },
        end: { ...place, offset: start + end + 1, inside: false },
      });
    }
    at = end + 1;
  }
  return { found, from, to: start + at };
}

/** Bytes that end at a place; `whole`: they begin where the file's content does. */
function chunkBefore(dir: string, { file, offset }: Place, most: number) {
  return reading(dir, file, { bytes: Buffer.alloc(0), start: 0, whole: true }, (fd) => {
    const first = startOf(fd);
    const start = Math.max(first, offset - most);
    const bytes = readAt(fd, start, Math.max(0, offset - start));
    return { bytes, start, whole: start === first };
  });
}

function chunkAfter(dir: string, { file, offset }: Place, most: number): Buffer {
  return reading(dir, file, Buffer.alloc(0), (fd) => {
    return readAt(fd, offset, Math.min(most, Math.max(0, fstatSync(fd).size - offset)));
  });
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const chunk = Buffer.alloc(length);
  return chunk.subarray(0, readSync(fd, chunk, 0, length, offset));
}

function reading<T>(dir: string, file: string, gone: T, read: (fd: number) => T): T {
  const fd = openOrNull(join(dir, file));
  if (fd === null) return gone;
  try {
    return read(fd);
  } finally {
    closeSync(fd);
  }
}

function endOf(source: LogSource, dir: string): Place | null {
  const newest = source.files().at(-1);
  return newest === undefined ? null : placeAtEnd(dir, newest);
}

function beginOf(source: LogSource, dir: string): Place | null {
  const oldest = source.files()[0];
  return oldest === undefined ? null : placeAtStart(dir, oldest);
}

/** After the last whole line: what is being written belongs to a later page. */
function placeAtEnd(dir: string, path: string): Place {
  const file = nameIn(dir, path);
  const inode = statOrNull(path)?.ino ?? 0;
  const empty = { file, inode, offset: 0, inside: true };
  return reading(dir, file, empty, (fd) => {
    const { size } = fstatSync(fd);
    const start = Math.max(startOf(fd), size - LEAST_BYTES);
    const last = readAt(fd, start, size - start).lastIndexOf(10);
    return { file, inode, offset: last < 0 ? size : start + last + 1, inside: last < 0 };
  });
}

function placeAtStart(dir: string, path: string): Place {
  const file = nameIn(dir, path);
  const inode = statOrNull(path)?.ino ?? 0;
  return { file, inode, offset: reading(dir, file, 0, startOf), inside: true };
}

/** Where a place of a cursor is now: its file may have been replaced or removed since. */
function resolve(source: LogSource, dir: string, place: Place | null): Place | null {
  if (place === null) return null;
  const files = source.files();
  const path = files[indexOf(files, dir, place)];
  if (path !== undefined) {
    return isThere(path, place) ? place : placeAtStart(dir, path);
  }
  const order = (name: string) => name.localeCompare(place.file, 'en', { numeric: true });
  const later = files.find((each) => order(nameIn(dir, each)) > 0);
  return later === undefined ? endOf(source, dir) : placeAtStart(dir, later);
}

/** The file is the one of the place: a new one may have been given the old inode. */
function isThere(path: string, { inode, offset, inside }: Place): boolean {
  const fd = openOrNull(path);
  if (fd === null) return false;
  try {
    const { ino, size } = fstatSync(fd);
    if (ino !== inode || size < offset) return false;
    return inside || offset === 0 || readAt(fd, offset - 1, 1)[0] === 10;
  } finally {
    closeSync(fd);
  }
}

function indexOf(files: readonly string[], dir: string, { file }: Place): number {
  return files.findIndex((each) => nameIn(dir, each) === file);
}

/** Relative to the log folder: `2026-01-31/bot_stdout.log.2`, or a plain name. */
function nameIn(dir: string, path: string): string {
  const folder = dirname(path);
  return folder === dir ? basename(path) : join(basename(folder), basename(path));
}

function placesText(places: Places): string {
  const rows = Object.entries(places).map(([key, { file, inode, offset, inside }]) => {
    return [key, file, inode, offset, inside];
  });
  return Buffer.from(JSON.stringify(rows)).toString('base64url');
}

/** Null when the text is no cursor. Its file names are only ever compared with those listed. */
function parsePlaces(text: string): Places | null {
  try {
    const rows: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(rows)) return null;
    const places = rows.map((row: unknown) => {
      if (!Array.isArray(row)) throw new TypeError('no place');
      const [key, file, inode, offset, inside] = row as unknown[];
      const named = typeof key === 'string' && typeof file === 'string';
      if (!named || !isWhole(inode) || !isWhole(offset)) throw new TypeError('no place');
      return [key, { file, inode, offset, inside: inside === true }] as const;
    });
    return Object.fromEntries(places);
  } catch {
    return null;
  }
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
