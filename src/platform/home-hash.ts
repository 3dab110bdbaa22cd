/** The short name of a home. Apart from the paths: whoever needs only those spares node:crypto. */
import { createHash } from 'node:crypto';
import type { Home } from './paths.ts';

/** Short name of a home in marks, socket folders and the names of its service. */
export function homeHash(home: Home): string {
  return createHash('sha256').update(home.folder).digest('hex').slice(0, 12);
}
