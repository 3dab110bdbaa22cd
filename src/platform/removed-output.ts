/**
 * Raw output whose file was removed: the process writes on into a file without a name, which no
 * one can read and which fills the disk. The file is made anew, and what the process writes is
 * moved there at each look. A line is moved once, also when the mover was replaced: what was moved
 * is punched out of the nameless file.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  readlinkSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { punchHole } from './file-hole.ts';

const CHUNK_BYTES = 262_144;

/** The file that lost its name. `begin`: what is passed over before the first byte is moved. */
interface Nameless {
  readonly fd: number;
  readonly via: string;
  moved: number;
  begin: 'zeros' | 'part of a line' | null;
}

export class RemovedOutput {
  readonly #descriptor: 1 | 2;
  #nameless: Nameless | null = null;
  #seen = '';

  /** `descriptor`: which output of the writer this is. */
  constructor(descriptor: 1 | 2) {
    this.#descriptor = descriptor;
  }

  /**
   * One look. `inode`: of what `path` leads to now, null when nothing is there; `writer`: the pid,
   * null when none lives; `most`: of a backlog longer than this the old part is left out.
   */
  async look(
    path: string,
    inode: number | null,
    writer: number | null,
    most: number,
  ): Promise<void> {
    const seen = `${path} ${writer} ${inode}`;
    if (seen === this.#seen) return;
    // The last words of a process that has ended.
    if (writer === null && this.#nameless !== null) this.#move(path, this.#nameless, most);
    this.#find(path, writer);
    if (this.#nameless === null) {
      this.#seen = seen;
      return;
    }
    const { via } = this.#nameless;
    const moved = this.#move(path, this.#nameless, most);
    if (moved > 0) await punchHole(via, moved);
  }

  close(): void {
    if (this.#nameless !== null) closeSync(this.#nameless.fd);
    this.#nameless = null;
    this.#seen = '';
  }

  #find(path: string, writer: number | null): void {
    const via = `/proc/${writer}/fd/${this.#descriptor}`;
    if (this.#nameless?.via === via) return;
    this.close();
    if (writer === null) return;
    try {
      if (!readlinkSync(via).endsWith(`/${basename(path)} (deleted)`)) return;
      const fd = openSync(via, 'r');
      const { size, blocks, nlink } = fstatSync(fd);
      const moved = Math.max(0, size - blocks * 512);
      if (nlink === 0) this.#nameless = { fd, via, moved, begin: 'zeros' };
      else closeSync(fd);
    } catch {
      // The writer is gone or not ours to look into.
    }
  }

  /** Returns up to where the nameless file was moved; 0 when nothing was new. */
  #move(path: string, nameless: Nameless, most: number): number {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a', 0o600));
    const { size } = fstatSync(nameless.fd);
    if (size === nameless.moved) return 0;
    if (size - nameless.moved > most) {
      nameless.moved = Math.floor(size - most);
      nameless.begin = 'part of a line';
    }
    const chunk = Buffer.alloc(CHUNK_BYTES);
    while (nameless.moved < size) {
      const wanted = Math.min(chunk.length, size - nameless.moved);
      const read = readSync(nameless.fd, chunk, 0, wanted, nameless.moved);
      if (read === 0) break;
      const text = chunk.subarray(0, read);
      appendFileSync(path, text.subarray(passedOver(text, nameless)));
      nameless.moved += read;
    }
    return nameless.moved;
  }
}

function passedOver(text: Buffer, nameless: Nameless): number {
  const { begin } = nameless;
  if (begin === null) return 0;
  const first = begin === 'zeros' ? text.findIndex((byte) => byte !== 0) : text.indexOf(10) + 1;
  if (first < 0) return text.length;
  nameless.begin = null;
  return first;
}
