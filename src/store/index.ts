/**
 * The books of an instance, written by its bot, and the history of the fleet, written by the
 * supervisor; read by anyone.
 */
export {
  Books,
  archiveBooks,
  isStorageFault,
  openBooks,
  removeBooks,
  restoreBooks,
} from './books.ts';
export type {
  Binding,
  BookedFill,
  BooksMark,
  Intent,
  MoneyRow,
  NewReceipt,
  OrderUpdate,
  Turn,
} from './books.ts';
export { checkDatabase } from './integrity.ts';
export type { DatabaseReport } from './integrity.ts';
export { readBooks } from './reader.ts';
export type { BooksReader } from './reader.ts';
export {
  isBroken,
  openHistory,
  readHistory,
  setHistoryAside,
  usageMinute,
} from './history.ts';
export type { HistoryBatch, HistoryFile, HistoryReader, UsageSums } from './history.ts';
