/** What a data table knows of its columns: how a cell reads, sorts and is filtered. */
import type { ReactNode } from 'react';

export interface Column<Row> {
  /** Unique within the table. */
  readonly key: string;
  readonly title: string;
  /** Numbers are decimal text, stand at the right and are compared as decimals. */
  readonly kind: 'text' | 'number';
  /** Least width in characters; longer text widens it, what is over goes to columns that wrap. */
  readonly width: number;
  /** The cell in words: shown where `cell` is absent, read by the filter. */
  readonly text: (row: Row) => string;
  /** What rows are sorted by; absent: `text`. Null sorts last either way. */
  readonly sortBy?: (row: Row) => string | null;
  readonly cell?: (row: Row) => ReactNode;
  /** Exact value or more words, shown on hovering. */
  readonly hint?: (row: Row) => string | undefined;
  /** The cell may take several lines. */
  readonly wraps?: boolean;
}

export interface Sorting {
  readonly key: string;
  readonly descending: boolean;
}
