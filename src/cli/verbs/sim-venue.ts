/**
 * `gridd sim-venue NAME`: a venue on this machine to practise on. It speaks the protocol of the
 * real one on invented markets, prints how it is reached and by which keys, and runs until it is
 * told to leave.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, GriddError } from '../../contract/errors.ts';
import { parseMoney } from '../../contract/decimal.ts';
import { faceNamed } from '../../exchange/sim/faces.ts';
import type { FaceName } from '../../exchange/sim/faces.ts';
import { openSimVenue, readScript } from '../../exchange/sim/index.ts';
import type { ScriptLine, SimVenue, SimVenueOptions } from '../../exchange/sim/index.ts';
import { isErrno } from '../../platform/json-file.ts';
import { onTerminate } from '../../platform/terminal.ts';
import type { Context } from '../context.ts';
import { count } from '../program/targets.ts';

/** Texts as they were typed. */
export interface SimVenueFlags {
  readonly port: string;
  readonly seed: string;
  readonly speed: string;
  readonly account: readonly string[];
  readonly balance: string;
  readonly symbols: string;
  readonly state?: string;
  readonly script?: string;
  readonly crossing: 'refuse' | 'expire';
  readonly partialFills?: boolean;
}

/** Opens the venue, prints one line of JSON, and resolves when somebody ends it. */
export async function simVenue(
  context: Context,
  name: FaceName,
  flags: SimVenueFlags,
): Promise<number> {
  const venue = await open({ face: await faceNamed(name), ...optionsOf(context, flags) });
  context.terminal.out(`${JSON.stringify(lineOf(venue))}\n`);
  await new Promise<void>((leave) => {
    const ends = [context.terminal.onInterrupt(done), onTerminate(done)];
    function done(): void {
      for (const end of ends) end();
      leave();
    }
  });
  await venue.close();
  return EXIT.done;
}

/** The first account's keys beside the addresses; all accounts when there are more. */
function lineOf({ url, ws_url, accounts }: SimVenue) {
  const [first, ...more] = accounts.map(({ name, keys }) => ({ name, keys }));
  const line = { url, ws_url, ...first?.keys };
  if (more.length === 0) return line;
  return { ...line, accounts: accounts.map((each) => ({ name: each.name, ...each.keys })) };
}

async function open(options: SimVenueOptions): Promise<SimVenue> {
  try {
    return await openSimVenue(options);
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE')) throw error;
    throw new GriddError('PORT_TAKEN', `Port ${options.port} is taken.`, {
      hint: 'Free the port, or choose another with --port.',
    });
  }
}

function optionsOf(context: Context, flags: SimVenueFlags): Omit<SimVenueOptions, 'face'> {
  const { balance, account, state, script, crossing } = flags;
  const speed = Number(flags.speed);
  if (!Number.isFinite(speed) || speed < 0 || speed > 10_000) {
    throw new GriddError('USAGE', `--speed takes a number from 0 to 10000, not "${flags.speed}".`);
  }
  if ((parseMoney(balance) ?? 0n) <= 0n) {
    throw new GriddError('USAGE', `--balance takes an amount above 0, not "${balance}".`);
  }
  const port = count('--port', flags.port);
  if (port > 65_535) throw new GriddError('USAGE', `--port takes a port, not "${flags.port}".`);
  const path = (file: string) => resolve(context.cwd, file);
  return {
    ...{ port, speed, balance, crossing },
    seed: count('--seed', flags.seed),
    symbols: Math.max(3, count('--symbols', flags.symbols)),
    ...(account.length === 0 ? {} : { accounts: [...new Set(account)] }),
    ...(state === undefined ? {} : { state: path(state) }),
    ...(script === undefined ? {} : { script: scriptOf(path(script)) }),
    split: flags.partialFills === true ? 'split' : 'none',
  };
}

function scriptOf(file: string): readonly ScriptLine[] {
  const problem = (what: string) => new GriddError('USAGE', `--script ${file}: ${what}.`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw problem(error instanceof Error ? error.message : String(error));
  }
  const script = readScript(text);
  if (typeof script === 'string') throw problem(script);
  return script;
}
