/**
 * What was done on the bot's page, for the audit of the supervisor: kept in the books until that
 * says that it has written it, for it may be away. A disk that takes nothing keeps it in memory.
 */
import type { AuditNote } from '../contract/history-api.ts';
import type { Logger } from '../platform/logger.ts';
import { isStorageFault } from '../store/index.ts';
import type { Books } from '../store/index.ts';

export interface OutboxParts {
  readonly id: string;
  readonly books: Pick<Books, 'audit'>;
  readonly log: Logger;
}

export class AuditOutbox {
  readonly #parts: OutboxParts;
  readonly #unwritten = new Map<string, AuditNote>();
  #send: (note: AuditNote) => void = () => undefined;
  #count = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Notes are told to `send` from now on: those that wait at once. */
  follow(send: (note: AuditNote) => void): void {
    this.#send = send;
    this.tell();
  }

  /** Says all that waits for a confirmation; the supervisor takes each once. */
  tell(): void {
    for (const note of [...this.#waiting(), ...this.#unwritten.values()]) this.#send(note);
  }

  /** Notes an action of this moment (wall clock, ms). */
  note(entry: Omit<AuditNote, 'mark' | 'instance'>): void {
    const { id, books } = this.#parts;
    this.#count += 1;
    const mark = `${id}/${entry.at_ms}/${process.pid}/${this.#count}`;
    const note: AuditNote = { ...entry, instance: id, mark };
    if (!this.#attempt(() => books.audit.add(mark, note))) this.#unwritten.set(mark, note);
    this.#send(note);
  }

  /** The supervisor has written these down. */
  confirmed(marks: readonly string[]): void {
    for (const mark of marks) {
      this.#unwritten.delete(mark);
      this.#attempt(() => this.#parts.books.audit.remove(mark));
    }
  }

  #waiting(): readonly AuditNote[] {
    let notes: readonly AuditNote[] = [];
    this.#attempt(() => {
      notes = this.#parts.books.audit.waiting();
    });
    return notes;
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!isStorageFault(error)) throw error;
      this.#parts.log.warn({ err: error }, 'the books take no note of what was done on the page');
      return false;
    }
  }
}
