/**
 * The tables of database/gridd.db. Steps are only ever added; a step that ran is never edited.
 */
import type { Migration } from '../platform/sqlite.ts';
import { FIGURES_TABLE } from './figure-samples.ts';

export const HISTORY_MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE exits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    instance TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    generation INTEGER,
    pid INTEGER,
    code INTEGER,
    signal TEXT,
    reason TEXT NOT NULL,
    stderr_tail TEXT NOT NULL,
    adopted INTEGER NOT NULL CHECK (adopted IN (0, 1)),
    UNIQUE (instance, at_ms)
  ) STRICT;
  CREATE TABLE usage (
    instance TEXT NOT NULL,
    minute INTEGER NOT NULL,
    cpu_sum REAL NOT NULL,
    cpu_max REAL NOT NULL,
    memory_sum REAL NOT NULL,
    memory_max REAL NOT NULL,
    processes INTEGER NOT NULL,
    samples INTEGER NOT NULL CHECK (samples > 0),
    PRIMARY KEY (instance, minute)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    verb TEXT NOT NULL,
    instance TEXT,
    what TEXT NOT NULL,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  `,
  // Until now only the command line gave verbs; whose it was is not known any more.
  `
  ALTER TABLE audit ADD COLUMN who TEXT NOT NULL DEFAULT '';
  ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT 'cli';
  ALTER TABLE audit ADD COLUMN before TEXT;
  ALTER TABLE audit ADD COLUMN after TEXT;
  ALTER TABLE audit ADD COLUMN mark TEXT;
  CREATE UNIQUE INDEX audit_mark ON audit (mark);
  `,
  FIGURES_TABLE,
  `
  CREATE TABLE config_versions (
    instance TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('console', 'cli', 'file')),
    note TEXT NOT NULL,
    text TEXT NOT NULL,
    changed TEXT NOT NULL,
    PRIMARY KEY (instance, version)
  ) STRICT;
  `,
  // What was noted is not changed; the oldest go when there are too many.
  `
  CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
  `,
];
