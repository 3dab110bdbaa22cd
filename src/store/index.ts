/**
 * The books of an instance, written by its bot, and the history of the fleet, written by the
 * supervisor; read by anyone.
 */
export { Books, isStorageFault, openBooks } from './books.ts';
export { archiveBooks, removeBooks, restoreBooks } from './books-file.ts';
export type { Binding } from './books.ts';
export type {
  BookedFill,
  BooksMark,
  Intent,
  MoneyRow,
  NewReceipt,
  OrderUpdate,
  Turn,
} from './turn.ts';
export {
  STEPS,
  readCandles,
  readLineFills,
  readNewestPoint,
  readPointSlice,
  readPoints,
} from './charts.ts';
export { newestRows, readFillPage, readHappenings, readOrderPage } from './pages.ts';
export type { CandleRow, PointRow } from './charts.ts';
export { isClosed } from './closed-file.ts';
export { booksExtent, copyDatabase } from './copy.ts';
export type { BooksExtent } from './copy.ts';
export { checkDatabase } from './integrity.ts';
export type { DatabaseReport } from './integrity.ts';
export { readBooks } from './reader.ts';
export { markRestored } from './restored.ts';
export type { RestoredMark, TakenOver } from './restored.ts';
export type { BooksReader } from './reader.ts';
export {
  isBroken,
  noteDeed,
  openHistory,
  readHistory,
  setHistoryAside,
  usageMinute,
} from './history.ts';
export { MOST_VERSIONS } from './config-versions.ts';
export type { NewVersion, StoredVersion, VersionFacts } from './config-versions.ts';
export type { HistoryBatch, HistoryFile, HistoryReader, UsageSums } from './history.ts';
export { SLOT_MS } from './figure-samples.ts';
export type { FigureSample } from './figure-samples.ts';
