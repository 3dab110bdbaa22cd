/** Hints that something in a folder has changed; never a promise: whoever listens also looks. */
import { statSync, watch } from 'node:fs';

/** Calls `listener` at each hint, `onLost` once when there will be no more; returns its end. */
export function watchFolder(
  folder: string,
  listener: () => void,
  onLost: (error: Error) => void,
): () => void {
  try {
    const watcher = watch(folder, { persistent: false }, listener);
    watcher.on('error', (error) => {
      watcher.close();
      onLost(error);
    });
    return () => watcher.close();
  } catch (error) {
    onLost(error instanceof Error ? error : new Error(String(error)));
    return () => undefined;
  }
}

/** Differs after every write of the file, in place or by rename; null: it cannot be seen. */
export function fileStamp(file: string): string | null {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return null;
  }
}
