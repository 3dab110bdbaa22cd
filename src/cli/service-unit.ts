/**
 * The systemd unit that runs a home's supervisor, as text. PURE. The unit ends the supervisor
 * alone, never its bots. Every value is escaped by the rules of its own line: they differ.
 */
import { BOT_EXIT, GriddError } from '../contract/errors.ts';
import { homeHash } from '../platform/home-hash.ts';
import type { Home } from '../platform/paths.ts';

/** Whose service manager runs the unit. */
export type Scope = 'user' | 'system';

/** What a unit is made of. Paths are absolute. */
export interface UnitParts {
  readonly scope: Scope;
  readonly home: string;
  readonly node: string;
  /** Options of node itself. */
  readonly nodeOptions: readonly string[];
  /** bin/gridd.js of the package. */
  readonly bin: string;
  /** Whom the system-wide unit runs as. */
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Name of the unit: one per home, so that two homes can both be installed. */
export function unitName(home: Home): string {
  return `gridd-${homeHash(home)}.service`;
}

/** The unit's text. Throws HOME_UNUSABLE for a path that systemd cannot be told. */
export function unitText(parts: UnitParts): string {
  const { scope, home, node, nodeOptions, bin, user, environment } = parts;
  const words = [...nodeOptions, bin, '--home', home, 'supervisor', 'run', '--on-term', 'keep'];
  const system = scope === 'system';
  return [
    '# Written by `gridd install`; `gridd uninstall` removes it.',
    '[Unit]',
    `Description=gridd supervisor of ${plainValue(home)}`,
    // A home that is not there yet (a disk mounted late) is tried again for as long as it takes.
    'StartLimitIntervalSec=0',
    ...(system ? ['Wants=network-online.target', 'After=network-online.target'] : []),
    '',
    '[Service]',
    'Type=exec',
    ...(system ? [`User=${plainValue(user)}`] : []),
    `WorkingDirectory=${plainValue(home)}`,
    `ExecStart=${[programWord(node), ...words.map(argumentWord)].join(' ')}`,
    ...Object.entries(environment).map(
      ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
    ),
    '# The bots trade on without it: they are not ended with it, nor when memory is short.',
    'KillMode=process',
    'OOMPolicy=continue',
    'Restart=on-failure',
    'RestartSec=3',
    '# Another supervisor of this home runs already.',
    `RestartPreventExitStatus=${BOT_EXIT.lock_held}`,
    'TimeoutStopSec=30',
    '',
    '[Install]',
    `WantedBy=${system ? 'multi-user.target' : 'default.target'}`,
    '',
  ].join('\n');
}

/** Taken to the end of its line, without quotes: only specifiers mean something. */
function plainValue(text: string): string {
  if (/[\p{Cc}]|^\s|\s$|\\$/u.test(text)) {
    const sentence = `systemd cannot be told the path ${JSON.stringify(text)}.`;
    throw new GriddError('HOME_UNUSABLE', sentence, {
      hint: 'Use a folder without control characters, and no blank or backslash at its end.',
    });
  }
  return text.replaceAll('%', '%%');
}

/** The program of a command line: the one word in which "$" means nothing. */
function programWord(text: string): string {
  return quoted(text);
}

function argumentWord(text: string): string {
  return quoted(text).replaceAll('$', '$$$$');
}

/** A word in quotes where it needs them; specifiers and escapes mean something inside, too. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return /^[\w/.:=@,+-]+$/.test(text) ? text : `"${escaped}"`;
}

/** The program that a unit written here starts; null when its text names none. */
export function programOf(unit: string): string | null {
  const [, quotedPath, plain] = /^ExecStart=(?:"((?:[^"\\]|\\.)*)"|(\S+))/m.exec(unit) ?? [];
  if (quotedPath === undefined) return plain ?? null;
  return quotedPath.replaceAll('%%', '%').replace(/\\(["\\])/g, '$1');
}

const PASSING: readonly (readonly [RegExp, string])[] = [
  [/\/(\.nvm|nvm)\/versions\//, 'nvm'],
  [/\/fnm(_multishells\/|\/node-versions\/)|\/\.fnm\//, 'fnm'],
  [/\/(\.volta|volta)\/tools\//, 'Volta'],
  [/\/(\.asdf|asdf)\/installs\//, 'asdf'],
  [/\/(\.nodenv|nodenv|\.nodebrew|\.nvs|nvs)\//, 'a Node version manager'],
  [/\/mise\/installs\//, 'mise'],
  [/\/Cellar\//, 'Homebrew'],
  [/\/nix\/store\//, 'Nix'],
  [/^\/snap\//, 'snap'],
  [/\/_npx\//, 'the cache of npx'],
];

/** Who removes what is at `path` with an upgrade (e.g. "nvm"); null when nobody is known to. */
export function removedBy(path: string): string | null {
  return PASSING.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** PATH for a service: absolute folders, each once, without those that end with a login. */
export function lastingPath(path: string): string {
  const folders = path
    .split(':')
    .filter((folder) => folder.startsWith('/') && !/\/fnm_multishells\/|^\/tmp\//.test(folder));
  const kept = [...new Set(folders)];
  return kept.length > 0 ? kept.join(':') : '/usr/local/bin:/usr/bin:/bin';
}
