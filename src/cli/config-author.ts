/** Tells the supervisor who wrote a config, where one runs: else it meets the file as an edit. */
import { GriddError } from '../contract/errors.ts';
import type { Home } from '../platform/paths.ts';
import { ControlClient } from './control-client.ts';

/** Names this user as author of the text that stands in the config of `id`; never rejects. */
export async function tellAuthor(home: Home, id: string, note: string): Promise<void> {
  try {
    const path = `/api/configs/${encodeURIComponent(id)}/author`;
    await new ControlClient(home).post(path, { note: note.slice(0, 500) });
  } catch (thrown) {
    // The file is written; its history alone says less.
    if (!(thrown instanceof GriddError)) throw thrown;
  }
}
