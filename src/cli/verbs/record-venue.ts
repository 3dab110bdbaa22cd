/**
 * `gridd venues NAME --record`: the venue's open markets, asked without a key, into the file from
 * which paper instances take their rules when they begin. Those that have begun keep theirs.
 */
import { resolve } from 'node:path';
import { EXIT } from '../../contract/errors.ts';
import { recordFile, recordMarkets, recordText } from '../../exchange/paper/index.ts';
import type { MarketRecord } from '../../exchange/paper/index.ts';
import { VenueFault } from '../../exchange/port.ts';
import { venueError } from '../../exchange/venue-error.ts';
import type { VenueKind } from '../../exchange/venue-kind.ts';
import { loadVenueKind } from '../../exchange/venues.ts';
import { wireOptions } from '../../exchange/wire-options.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { writeFileAtomic } from '../../platform/json-file.ts';
import { toHome } from '../../platform/paths.ts';
import type { Context } from '../context.ts';
import { count } from '../program/targets.ts';
import { tellJson } from '../results.ts';
import { usage } from '../select.ts';

export interface RecordFlags {
  /** The file to write; without a name the home's own. */
  readonly record?: string | boolean;
  readonly most?: string;
  readonly baseUrl?: string;
  readonly json?: boolean;
}

/** Seconds, as those of a config that says nothing. */
const TIMEOUTS = { connect_timeout: 5, read_timeout: 10 };

/** Asks the venue, writes the file whole. USAGE, VENUE_UNKNOWN, or what a venue's fault means. */
export async function recordVenue(
  context: Context,
  name: string | undefined,
  flags: RecordFlags,
): Promise<number> {
  if (name === undefined) throw usage('Name the venue to ask: `gridd venues NAME --record`.');
  const most = flags.most === undefined ? null : count('--most', flags.most);
  if (most === 0) throw usage('--most takes a number above zero.');
  const kind = await loadVenueKind(name, context.kinds);
  const record = await ask(context, kind, { most, base_url: flags.baseUrl });
  if (record.markets.length === 0) throw usage(`${kind.name} has no open perpetual market there.`);
  const own = recordFile(context.home.markets, kind.name) ?? context.home.markets;
  const file = typeof flags.record === 'string' ? resolve(context.cwd, flags.record) : own;
  writeFileAtomic(file, recordText(record));
  tell(context, record, file, flags.json === true);
  return EXIT.done;
}

async function ask(
  { environment }: Context,
  kind: VenueKind,
  wish: { readonly most: number | null; readonly base_url: string | undefined },
): Promise<MarketRecord> {
  const { most, base_url } = wish;
  if (base_url !== undefined && !/^https?:$/.test(protocolOf(base_url))) {
    throw usage(`--base-url takes an address such as ${kind.rest_url}, not "${base_url}".`);
  }
  const reach = base_url === undefined ? TIMEOUTS : { ...TIMEOUTS, base_url };
  const options = wireOptions(kind, reach, { clock, trace: () => undefined, environment });
  const data = kind.openData(options);
  try {
    return await recordMarkets(data, { source: options.rest_url, at_ms: clock.now(), most });
  } catch (error) {
    throw error instanceof VenueFault ? venueError(kind.name, error) : error;
  } finally {
    data.close();
  }
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}

function tell(context: Context, record: MarketRecord, file: string, json: boolean): void {
  const { venue, recorded_at, assumed, markets } = record;
  const name = toHome(context.home, file);
  if (json) {
    tellJson(context, { file: name, venue, recorded_at, assumed, markets: markets.length });
    return;
  }
  const guessed = Object.entries(assumed).map(([figure, why]) => `  ${figure}: ${why}\n`);
  context.terminal.out(
    `${name}: ${markets.length} markets of ${venue}, for paper instances that begin from now on\n` +
      (guessed.length === 0 ? '' : `Not told without a key:\n${guessed.join('')}`),
  );
}
