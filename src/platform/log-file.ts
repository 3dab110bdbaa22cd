/**
 * A log file that rolls: `<dir>/YYYY-MM-DD/<name>` (local date) is a link to the part being
 * written, there from the start and from midnight on, so that `tail -f` works; parts roll daily
 * and by size (pino-roll, as a stream in this process). A look each second makes anew what was
 * removed and tries again what a full disk refused. Nothing here throws into a caller after the
 * opening; what could not be written is counted and told in the file itself once there is room.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import pinoRoll from 'pino-roll';
import type { RollingStream } from 'pino-roll';
import { isoTime, localDate, systemClock } from './clock.ts';
import type { Cancel } from './clock.ts';
import { isErrno } from './json-file.ts';

/** Where lines go: a rolling file. */
export interface LogFile {
  write(line: string): void;
  /** Tries to write what could not be written so far. */
  flush(): void;
  /** Ends it: nothing is written or rolled any more. */
  close(): void;
  /** The part being written; that of the present day while none could be opened. */
  readonly path: string;
  /** Lines that were lost so far. */
  readonly lost: number;
  /** Why lines cannot be written now; null when they can. */
  readonly fault: string | null;
}

const PART_SIZE = '16m';
const LOOK_MS = 1000;
/** Looks between two at whether somebody took the file away. */
const TAKEN_LOOKS = 3;
/** Kept in memory while it cannot be written; lines beyond are lost. */
const KEPT_BYTES = 262_144;
/** The stream turns to a new day by itself; a suspended machine or a set clock makes it late. */
const LATE_MS = 5000;

/** One timer for all files: twenty of them would wake the process twenty times a second. */
const looks = new Set<() => void>();
let cancelTicks: Cancel | null = null;

function eachLook(look: () => void): Cancel {
  looks.add(look);
  cancelTicks ??= systemClock.every(LOOK_MS, () => looks.forEach((each) => each()));
  return () => {
    looks.delete(look);
    if (looks.size > 0) return;
    cancelTicks?.();
    cancelTicks = null;
  };
}

/** Opens `<dir>/<date>/<name>`; a full disk is waited for, any other refusal is thrown. */
export async function openLogFile(dir: string, name: string): Promise<LogFile> {
  const file = new RollingFile(dir, name);
  await file.open();
  return file;
}

class RollingFile implements LogFile {
  readonly #dir: string;
  readonly #name: string;
  readonly #cancelLooks: Cancel;
  #stream: RollingStream | null = null;
  #inode = 0;
  #looks = 0;
  #opening = false;
  /** Next part, while it cannot be begun. */
  #wanted: string | null = null;
  /** Why the part that was removed cannot be made anew. */
  #unmade: string | null = null;
  #failure: string | null = null;
  #lost = 0;
  #told = 0;

  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#name = name;
    this.#cancelLooks = eachLook(() => this.#look());
  }

  get path(): string {
    return this.#stream?.file ?? this.#plainName(localDate(systemClock.now()));
  }

  get lost(): number {
    return this.#lost;
  }

  get fault(): string | null {
    return this.#unmade ?? this.#failure;
  }

  async open(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      if (isErrno(error, 'ENOSPC') || isErrno(error, 'EDQUOT')) return;
      this.#cancelLooks();
      throw error;
    }
  }

  write(line: string): void {
    // A part that was removed would take lines that nobody sees, and disk for them.
    if (this.#stream === null || this.#unmade !== null) this.#lost += 1;
    else this.#attempt(line);
  }

  flush(): void {
    // In synchronous mode only what failed is still here. The stream's own flush waits for ever
    // where the disk is full.
    if (this.#failure !== null) this.#attempt('');
  }

  close(): void {
    this.#cancelLooks();
    const stream = this.#stream;
    this.#stream = null;
    if (stream !== null) this.#release(stream);
  }

  #attempt(line: string): void {
    try {
      this.#stream?.write(line);
    } catch {
      this.#lost += 1;
    }
  }

  async #begin(): Promise<void> {
    this.#opening = true;
    try {
      const stream = await pinoRoll({
        file: () => this.#plainName(localDate(systemClock.now())),
        frequency: 'daily',
        size: PART_SIZE,
        mkdir: true,
        sync: true,
        maxLength: KEPT_BYTES,
      });
      const before = this.#stream;
      this.#take(stream);
      if (before !== null) this.#release(before);
    } catch (error) {
      this.#failure ??= reasonOf(error);
      throw error;
    } finally {
      this.#opening = false;
    }
  }

  #take(stream: RollingStream): void {
    this.#stream = stream;
    this.#failure = null;
    this.#unmade = null;
    this.#wanted = null;
    stream.on('error', (error) => {
      this.#failure = error.message;
    });
    stream.on('write', () => {
      this.#failure = null;
    });
    stream.on('drop', () => {
      this.#lost += 1;
    });
    stream.on('ready', () => this.#link());
    const reopen = stream.reopen.bind(stream);
    // The stream turns to its next part from a timer: what fails there would end the process.
    stream.reopen = (part) => {
      if (stream === this.#stream) this.#turnTo(stream, part ?? stream.file, reopen);
    };
    this.#link();
  }

  #turnTo(stream: RollingStream, part: string, reopen: (part: string) => void): void {
    this.#wanted = part;
    // The rest of a line that a full disk cut goes where the line began.
    if (this.#failure !== null && existsSync(stream.file)) return;
    try {
      // Proved first, for a reopening that fails half-way leaves a descriptor to be closed twice.
      mkdirSync(dirname(part), { recursive: true });
      closeSync(openSync(part, 'a'));
      reopen(part);
      this.#wanted = null;
      this.#unmade = null;
    } catch (error) {
      if (!existsSync(stream.file)) this.#unmade = reasonOf(error);
    }
  }

  #release(stream: RollingStream): void {
    try {
      if (this.#failure === null) stream.end();
      else stream.destroy();
    } catch {
      // It is closed already.
    }
  }

  #look(): void {
    const stream = this.#stream;
    if (this.#opening) return;
    const now = systemClock.now();
    const day = stream === null ? '' : basename(dirname(stream.file));
    const current = [now, now - LATE_MS].some((at) => localDate(at) === day);
    if (stream === null || (!current && this.fault === null)) {
      void this.#begin().catch(() => undefined);
      return;
    }
    if (this.#wanted !== null) stream.reopen(this.#wanted);
    else if (this.#isTaken(day)) this.#repair(stream);
    this.flush();
    this.#tellLoss();
  }

  /** Looks every few seconds only: twenty files a second are work for a process that waits. */
  #isTaken(day: string): boolean {
    this.#looks += 1;
    if (this.#looks % TAKEN_LOOKS !== 0) return false;
    return inodeOf(this.#plainName(day)) !== this.#inode;
  }

  /** The plain name leads elsewhere: the part was removed, or only the link. */
  #repair(stream: RollingStream): void {
    if (inodeOf(stream.file) === this.#inode) this.#link();
    else stream.reopen(stream.file);
  }

  #link(): void {
    const stream = this.#stream;
    if (stream === null) return;
    try {
      this.#inode = fstatSync(stream.fd).ino;
      linkPlainName(stream.file, this.#name);
    } catch {
      // The next look tries again.
    }
  }

  #tellLoss(): void {
    const lines = this.#lost - this.#told;
    if (lines === 0 || this.fault !== null) return;
    this.#told = this.#lost;
    const msg = `${lines} lines were lost while this log could not be written`;
    const time = isoTime(systemClock.now());
    this.#attempt(`${JSON.stringify({ level: 'warn', time, lost: lines, msg })}\n`);
  }

  #plainName(day: string): string {
    return join(this.#dir, day, this.#name);
  }
}

/**
 * Points `<folder of part>/<name>` at `part`; replaced in one step, so a reader never misses it.
 */
export function linkPlainName(part: string, name: string): void {
  const plain = join(dirname(part), name);
  const present = lstatSync(plain, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() && readlinkSync(plain) === basename(part)) return;
  const temporary = `${plain}.${process.pid}.link`;
  rmSync(temporary, { force: true });
  symlinkSync(basename(part), temporary);
  renameSync(temporary, plain);
}

function inodeOf(file: string): number | null {
  try {
    return statSync(file, { throwIfNoEntry: false })?.ino ?? null;
  } catch {
    // A folder on the way is no folder any more.
    return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
