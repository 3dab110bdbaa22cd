/** The habits of the house as rules. Each says why; a rule that sees no files fails. */
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCycle, readTree, room, target } from './source-tree.ts';
import type { SourceFile } from './source-tree.ts';

const files = readTree('src');
const tests = readTree('test');

/** Which rooms a room may import from, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  engine: ['contract'],
  platform: ['contract'],
  registry: ['contract', 'platform'],
  exchange: ['contract', 'platform'],
  store: ['contract', 'platform'],
  web: ['contract', 'platform'],
  ui: ['contract', 'engine'],
  bot: ['contract', 'platform', 'registry', 'exchange', 'store', 'engine', 'web'],
  design: ['contract', 'platform', 'registry', 'exchange', 'engine'],
  daemon: ['contract', 'platform', 'registry', 'store', 'web', 'design'],
  cli: ['contract', 'platform', 'registry', 'store', 'engine', 'exchange', 'design'],
};

/** Each package has one home, so that replacing it touches one room. */
const PACKAGE_HOME: Readonly<Record<string, string>> = {
  '@mantine/core': 'ui',
  '@mantine/hooks': 'ui',
  '@mantine/notifications': 'ui',
  '@noble/curves': 'exchange',
  '@noble/hashes': 'exchange',
  '@tanstack/react-query': 'ui',
  '@tanstack/react-virtual': 'ui',
  ajv: 'platform',
  'better-sqlite3': 'platform',
  'cli-table3': 'cli',
  commander: 'cli',
  dotenv: 'registry',
  execa: 'platform',
  fastify: 'web',
  'get-nonce': 'ui',
  'https-proxy-agent': 'exchange',
  i18next: 'ui',
  'jsonc-parser': 'registry',
  'lightweight-charts': 'ui',
  picocolors: 'cli',
  pidusage: 'daemon',
  pino: 'platform',
  'pino-roll': 'platform',
  'proper-lockfile': 'registry',
  react: 'ui',
  'react-dom': 'ui',
  'react-i18next': 'ui',
  typebox: 'contract',
  ws: 'exchange',
};

function offenders(check: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => check(file).map((what) => `${file.path}: ${what}`));
}

test('the rules see the source', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(tests.length).toBeGreaterThan(20);
  const rooms = new Set(files.map(({ path }) => room(path)));
  expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

describe('imports', () => {
  test('a room imports only the rooms it may', () => {
    const found = offenders((file) =>
      file.imports.flatMap((specifier) => {
        const to = target(file, specifier);
        if (to === null || room(to) === room(file.path)) return [];
        return MAY_IMPORT[room(file.path)]?.includes(room(to)) === true ? [] : [specifier];
      }),
    );
    expect(found).toEqual([]);
  });

  test('venues never import each other', () => {
    // What several venues share is no venue: the way over the wire, the matching of orders.
    const shared = ['wire', 'matching'];
    const venue = (path: string) => {
      const [, folder = null] = /^src\/exchange\/([^/]+)\//.exec(path) ?? [];
      return folder === null || shared.includes(folder) ? null : folder;
    };
    const found = offenders((file) =>
      file.imports.filter((specifier) => {
        const to = target(file, specifier);
        const other = to === null ? null : venue(to);
        return other !== null && venue(file.path) !== null && other !== venue(file.path);
      }),
    );
    expect(found).toEqual([]);
  });

  test('each package has one home room', () => {
    const found = offenders((file) =>
      file.imports.filter((specifier) => {
        if (specifier.startsWith('.') || specifier.startsWith('node:')) return false;
        const [name = ''] = /^(@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
        return PACKAGE_HOME[name] !== room(file.path);
      }),
    );
    expect(found).toEqual([]);
  });

  test('contract, engine and browser code stay free of node', () => {
    const found = offenders((file) => {
      if (!['contract', 'engine', 'ui'].includes(room(file.path))) return [];
      return file.imports.filter((specifier) => specifier.startsWith('node:'));
    });
    expect(found).toEqual([]);
  });

  test('no cycles', () => {
    expect(findCycle(files)).toBeNull();
  });
});

describe('ambient effects', () => {
  const AMBIENT = new RegExp(
    [
      /\b(Date|performance)\.now\(|\bnew Date\(\)|\bMath\.random\(/,
      /(?<!\.)\bset(Timeout|Interval|Immediate)\(|\bprocess\.(env|exit)\b/,
    ]
      .map(({ source }) => source)
      .join('|'),
  );

  test('clock, timers, randomness, environment and exit live in platform and main.ts', () => {
    const found = offenders((file) => {
      if (room(file.path) === 'platform' || basename(file.path) === 'main.ts') return [];
      if (room(file.path) === 'ui') return [];
      return file.text
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line) && AMBIENT.test(line))
        .map((line) => line.trim());
    });
    expect(found).toEqual([]);
  });
});

describe('locks', () => {
  /** Where each of these may stand. */
  const KEPT: readonly (readonly [RegExp, readonly string[]])[] = [
    [/\bopenLockFile\b/, ['src/platform/sqlite.ts', 'src/platform/lifetime-lock.ts']],
    [/\bwhileLocked\(/, ['src/registry/registry-file.ts', 'src/registry/archive.ts']],
    [
      /\bregistryLock\b/,
      ['src/platform/paths.ts', 'src/registry/registry-file.ts', 'src/registry/archive.ts'],
    ],
    [/\btakeLifetimeLock\(/, ['src/platform/lifetime-lock.ts', ...holders('bot', 'daemon')]],
    [/\b(instanceLock|supervisorLock)\b/, ['src/platform/paths.ts', ...holders('bot', 'daemon')]],
    // A copy of a whole folder would read the locks in it.
    [/\bcp(Sync)?\(/, []],
  ];

  /** Their processes, and a restore, which must be the only one at a home. */
  function holders(...rooms: readonly string[]): string[] {
    return [...rooms.map((each) => `src/${each}/main.ts`), 'src/cli/backup/restore.ts'];
  }

  test('a lock file is opened once by the module that holds it: a look would drop it', () => {
    const met = new Set<string>();
    const found = offenders(({ path, text }) =>
      KEPT.flatMap(([word, places]) => {
        if (!word.test(text)) return [];
        met.add(path);
        return places.includes(path) ? [] : [word.source];
      }),
    );
    expect(found).toEqual([]);
    expect([...met].sort()).toEqual([...new Set(KEPT.flatMap(([, places]) => places))].sort());
  });
});

describe('shape', () => {
  test('file names are kebab-case nouns', () => {
    const found = offenders(({ path }) => {
      const name = basename(path).replace(/(\.d)?\.tsx?$/, '');
      const plain = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
      // Such rooms collect what nobody wanted to name.
      return plain && !/^(utils?|helpers?|common|manager|misc)$/.test(name) ? [] : [name];
    });
    expect(found).toEqual([]);
  });

  test('a file opens by saying what it is', () => {
    expect(offenders(({ text }) => (/^\/\*\*/.test(text) ? [] : ['no header']))).toEqual([]);
  });

  test('files stay under about 400 lines, lines under 100 columns', () => {
    // A language is one file, as long as the pages have words.
    const isLanguage = (path: string) => /^src\/web\/ui\/words\/(en|zh-hant)\.ts$/.test(path);
    const found = offenders(({ path, text }) => {
      const lines = text.split('\n');
      // A row of the error table is one line, however long its hint.
      const prose = lines.filter((line) => !line.includes(': kind('));
      const long = prose.filter((line) => line.length > 100).map((line) => line.trim());
      return lines.length > 450 && !isLanguage(path) ? [`${lines.length} lines`, ...long] : long;
    });
    expect(found).toEqual([]);
  });

  test('functions stay under about 70 lines', () => {
    const found = offenders(({ functions, path }) =>
      functions
        .filter(({ lines }) => lines > (basename(path) === 'main.ts' ? 140 : 75))
        .map(({ name, lines }) => `${name} has ${lines} lines`),
    );
    expect(found).toEqual([]);
  });

  test('nothing is left for later, no type is given up, no test is switched off', () => {
    const banned = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error)|as unknown as/;
    const narrowed = /\b(it|test|describe)\.(only|todo)\(/;
    const found = [...files, ...tests]
      .filter(({ path }) => path !== 'test/tidy.test.ts')
      .filter(({ text }) => banned.test(text) || narrowed.test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });
});
