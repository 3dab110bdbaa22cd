/**
 * The access token of the pages, from the home's `.env` and nowhere else: what a bot inherits is
 * chosen name by name, and this name is in no config.
 */
import { randomBytes } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'dotenv';
import { WEB_TOKEN_BYTES, WEB_TOKEN_NAME, judgeWebToken } from '../contract/access.ts';
import type { WebToken } from '../contract/access.ts';
import { GriddError } from '../contract/errors.ts';
import { readText, writeFileAtomic } from '../platform/json-file.ts';
import type { Home } from '../platform/paths.ts';
import { isLoopbackName } from './live-checks.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { readEnvFile } from './variables.ts';

const PRIVATE = 0o600;

/** The token as `.env` has it now. Throws what reading `.env` throws. */
export function readWebToken(home: Home): WebToken {
  return judgeWebToken(readEnvFile(home)[WEB_TOKEN_NAME]);
}

/**
 * The token as `.env` has it at each call, read anew only when the file changed. While it cannot be
 * read the last one stays in force: a passing fault neither opens a page nor locks its user out.
 */
export function followWebToken(home: Home): () => WebToken {
  let seen: string | null = null;
  let token = judgeWebToken(undefined);
  return () => {
    try {
      const stats = statSync(home.env, { throwIfNoEntry: false });
      const mark =
        stats === undefined ? 'none' : [stats.mtimeMs, stats.ctimeMs, stats.ino].join(' ');
      if (mark !== seen) {
        token = readWebToken(home);
        seen = mark;
      }
    } catch {
      // The next call looks again.
    }
    return token;
  };
}

/** Refuses (BIND_REFUSED) a page beyond this machine that nobody would have to sign in to. */
export function refuseOpenAddress(home: Home, { config, program }: LoadedConfig): void {
  const { web_host: host, web_allowed_hosts: names } = config.daemon_config;
  if (program !== null) return;
  const open = [...(isLoopbackName(host) ? [] : [`web_host "${host}"`]), ...names];
  const [first] = open;
  if (first === undefined) return;
  const { missing } = readWebToken(home);
  if (missing === null) return;
  const what = isLoopbackName(host) ? `the name "${first}"` : first;
  const message = `The page would be open beyond this machine under ${what}, and ${missing}.`;
  throw new GriddError('BIND_REFUSED', message);
}

/** What `gridd token` did: the token in force, and whether it is a new one. */
export interface TokenMade {
  readonly token: string;
  readonly made: boolean;
}

/**
 * The token of the home, made and written to `.env` (0600) where there is none or `anew` is said.
 * Everything else in the file stays. Throws what reading `.env` throws, and WEB_TOKEN_UNWRITTEN.
 */
export function makeWebToken(home: Home, anew: boolean): TokenMade {
  const present = readWebToken(home);
  if (present.token !== null && !anew) return { token: present.token, made: false };
  const before = readText(home.env);
  const token = randomBytes(WEB_TOKEN_BYTES).toString('base64url');
  const text = withToken(before ?? '', token);
  const wanted = { ...parse(before ?? ''), [WEB_TOKEN_NAME]: token };
  if (!isDeepStrictEqual({ ...parse(text) }, wanted)) {
    const hint = `Write this line into it yourself: ${WEB_TOKEN_NAME}=${token}`;
    const message = `${home.env} has a form in which the token cannot be placed safely.`;
    throw new GriddError('WEB_TOKEN_UNWRITTEN', message, { hint });
  }
  // A link stays one: the file that it names is replaced.
  writeFileAtomic(before === null ? home.env : realpathSync(home.env), text, PRIVATE);
  return { token, made: true };
}

/** The text of `.env` with the token in it, where the old one stood, else at its end. */
function withToken(text: string, token: string): string {
  const line = `${WEB_TOKEN_NAME}=${token}`;
  const old = new RegExp(`^[ \\t]*(export[ \\t]+)?${WEB_TOKEN_NAME}[ \\t]*=.*$`, 'gm');
  let placed = false;
  const kept = text.replace(old, () => {
    if (placed) return '';
    placed = true;
    return line;
  });
  if (placed) return kept;
  return `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}${line}\n`;
}
