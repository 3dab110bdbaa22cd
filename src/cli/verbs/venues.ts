/**
 * `gridd venues [NAME]`: what each venue can do, as it declares before it is opened. Nothing is
 * asked of any of them.
 */
import { EXIT } from '../../contract/errors.ts';
import { LIVE_VENUES } from '../../contract/venues.ts';
import type { VenueCapabilities } from '../../exchange/port.ts';
import type { VenueKind } from '../../exchange/venue-kind.ts';
import { ccxtVenues, loadVenueKind } from '../../exchange/venues.ts';
import type { Context } from '../context.ts';
import { renderTable } from '../render.ts';
import type { Column } from '../render.ts';
import { tellJson } from '../results.ts';

const yes = (can: boolean): string => (can ? 'yes' : '-');

const COLUMNS: readonly Column<VenueKind>[] = [
  { title: 'venue', value: ({ name }) => name },
  { title: 'keys', wraps: 31, value: ({ credentials }) => setsOf(credentials) },
  { title: 'batch', value: ({ capabilities: { batch } }) => batchOf(batch) },
  { title: 'stops', value: ({ capabilities }) => yes(capabilities.trigger_orders) },
  { title: 'dead man', value: ({ capabilities }) => yes(capabilities.dead_man_switch) },
  { title: 'leverage', value: ({ capabilities }) => capabilities.leverage },
  { title: 'a minute', value: ({ capabilities }) => limitOf(capabilities) },
];

const NO_CCXT =
  '\nccxt is not installed: npm install --include=optional brings its exchanges.\n';
const THROUGH_CCXT =
  'ccxt:ID for these, of which those with perpetuals can be traded; not tried one by one';

/** Prints a table of the named venue, or of all with a client of our own. */
export async function venues(
  context: Context,
  name: string | undefined,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const names = name === undefined ? LIVE_VENUES : [name];
  const kinds = await Promise.all(names.map((each) => loadVenueKind(each, context.kinds)));
  if (json) {
    tellJson(context, kinds.map(documentOf));
    return EXIT.done;
  }
  const { columns: width, colours } = context.terminal;
  context.terminal.draw(renderTable(kinds, COLUMNS, { width, colours }));
  if (name !== undefined) return EXIT.done;
  const more = await ccxtVenues();
  context.terminal.out(
    more === null ? NO_CCXT : `\n${THROUGH_CCXT}:\n${lines(more, width).join('\n')}\n`,
  );
  return EXIT.done;
}

/** Words in lines of at most `width`. */
function lines(words: readonly string[], width: number): string[] {
  return words.reduce<string[]>((found, word) => {
    const last = found.pop();
    if (last === undefined) return [word];
    const fits = last.length + 1 + word.length <= width;
    return fits ? [...found, `${last} ${word}`] : [...found, last, word];
  }, []);
}

function setsOf(sets: VenueKind['credentials']): string {
  return sets.map((set) => set.join(' + ')).join(', or ');
}

function batchOf({ submit, cancel }: VenueCapabilities['batch']): string {
  return submit === cancel ? String(submit) : `${submit} / ${cancel}`;
}

function limitOf({ requests_per_minute: limit }: VenueCapabilities): string {
  return limit === null ? '-' : String(limit);
}

function documentOf({ name, rest_url, ws_url, credentials, capabilities }: VenueKind) {
  return { name, rest_url, ws_url, credentials, capabilities };
}
