/** The figures of an instance whose process is down, as its books keep them; read once per end. */
import type { StatusView } from '../contract/instance-api.ts';
import { fromHome } from '../platform/paths.ts';
import { readBooks } from '../store/index.ts';
import type { Instance } from './instance.ts';

/** Figures of the books; null for external programs and books that are absent or unreadable. */
export function savedFigures(instance: Instance): StatusView | null {
  const { db_path, ran_program } = instance.record;
  if (instance.saved === undefined) {
    instance.saved = ran_program ? null : readFigures(fromHome(instance.around.home, db_path));
  }
  return instance.saved;
}

function readFigures(dbPath: string): StatusView | null {
  try {
    const books = readBooks(dbPath);
    try {
      return books?.status() ?? null;
    } finally {
      books?.close();
    }
  } catch {
    // Books that cannot be read leave the figures unknown; the verbs that need them say why.
    return null;
  }
}
