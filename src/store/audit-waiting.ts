/** Notes for the supervisor's audit that it has not confirmed yet. Bounded: the newest thousand. */
import type { AuditNote } from '../contract/history-api.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';

const MOST_NOTES = 1000;
/** So many are told at once. */
const MOST_TOLD = 200;

export class AuditWaiting {
  readonly #db: SqliteDatabase;

  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  add(mark: string, note: AuditNote): void {
    const add = this.#db.prepare('INSERT INTO audit_waiting (mark, body) VALUES (?, ?)');
    const { lastInsertRowid } = add.run(mark, JSON.stringify(note));
    const old = this.#db.prepare('DELETE FROM audit_waiting WHERE id <= ?');
    old.run(Number(lastInsertRowid) - MOST_NOTES);
  }

  /** Oldest first. */
  waiting(): AuditNote[] {
    const rows = this.#db.prepare<[], { body: string }>(
      `SELECT body FROM audit_waiting ORDER BY id LIMIT ${MOST_TOLD}`,
    );
    return rows.all().map(({ body }) => JSON.parse(body) as AuditNote);
  }

  remove(mark: string): void {
    this.#db.prepare('DELETE FROM audit_waiting WHERE mark = ?').run(mark);
  }
}
