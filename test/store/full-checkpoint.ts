/**
 * Books on a disk that has no room for the file itself while its log has some: prints what a
 * checkpoint makes of it. argv: the folder.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openBooks } from '../../src/store/index.ts';
import { fillDisk, makeRoom } from '../fixtures/small-disk.ts';

const [folder = ''] = process.argv.slice(2);
const file = join(folder, 'a.db');
const ballast = join(folder, 'ballast');
const books = openBooks(
  file,
  {
    ...{ instance_id: 'a', venue: 'paper', mode: 'paper', account: 'paper' },
    ...{ symbol: 'SOL_USDC_PERP', direction: 'neutral' },
  },
  'FULL',
);
const state = 'x'.repeat(500_000);
const nothing = { intents: [], updates: [], notes: [] };
books.commit({ ...nothing, at_ms: 1, state });
for (let n = 0; n < 60; n += 1) books.saveStatus({} as never);
fillDisk(ballast);
const before = statSync(file).size;
const refused: string[] = [];
try {
  books.db.pragma('wal_checkpoint(PASSIVE)');
} catch (error) {
  refused.push((error as { code: string }).code);
}
books.checkpoint();
const moved = [statSync(file).size > before];
makeRoom(ballast);
books.checkpoint();
moved.push(statSync(file).size > before);
process.stdout.write(JSON.stringify({ refused, whole: books.engineState() === state, moved }));
books.close();
