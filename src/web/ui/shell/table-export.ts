/**
 * Rows as files: CSV after RFC 4180 and JSON. Every value as the server gave it, exact. A text that
 * a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers.
 */
import { parseDecimal } from '../../../contract/decimal.ts';

/** One field of an exported row. */
export interface ExportField<Row> {
  readonly name: string;
  readonly kind: 'text' | 'number';
  readonly value: (row: Row) => string | number | null;
}

/** What a spreadsheet may read as the begin of a formula. */
const FORMULA = /^\s*[=+\-@]|^[\t\r\n]/;

export function csvOf<Row>(fields: readonly ExportField<Row>[], rows: readonly Row[]): string {
  const head = fields.map(({ name }) => quoted(name)).join(',');
  const lines = rows.map((row) =>
    fields.map(({ kind, value }) => quoted(harmless(kind, value(row)))).join(','),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}

/** The rows with the same fields as the CSV, one row a line. */
export function jsonOf<Row>(fields: readonly ExportField<Row>[], rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(fields.map(({ name, value }) => [name, value(row)]))),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

/** Name of a file, e.g. "bp_sol_01-fills-20260105-123000.csv"; the moment in UTC. */
export function exportName(parts: readonly string[], at: Date, ending: string): string {
  const moment = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const name = [...parts, moment].join('-').replaceAll(/[^\w.-]+/g, '_');
  return `${name}.${ending}`;
}

function harmless(kind: 'text' | 'number', value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  if (kind === 'number' && parseDecimal(text) !== null) return text;
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
