/** What the doctor finds and advises, as the console says it in Chinese: from the verb's data. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createElement } from 'react';
import { beforeAll, expect, test } from 'vitest';
import {
  COMPILER,
  fail,
  judgeClock,
  judgeCompiler,
  judgeDisk,
  judgeEnv,
  judgeLimits,
  judgeMemory,
  judgeNode,
  judgeOffsets,
} from '../../src/cli/doctor/finding.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { ERRORS } from '../../src/contract/errors.ts';
import { saidAs, say, sentenceOf } from '../../src/contract/sentences.ts';
import { DoctorRun } from '../../src/daemon/doctor-run.ts';
import { Finding as FindingLine } from '../../src/web/ui/console/records/doctor-view.tsx';
import { loadWords } from '../../src/web/ui/words/languages.ts';
import { sentenceWords } from '../../src/web/ui/words/said-words.ts';
import { gridd, makeHome, recordOf, registryOf, temporaryFolder } from '../cli/cli-harness.ts';
import { shown } from './markup.ts';

const GIB = 1024 ** 3;
const NOW = Date.UTC(2026, 1, 3);

const JUDGED: readonly (Finding | null)[] = [
  judgeNode('18.0.0', '/n'),
  ...[[], ['make'], [COMPILER], ['make', COMPILER]].map(judgeCompiler),
  judgeDisk({ free: GIB / 10, total: GIB }),
  judgeMemory({ free: GIB / 10, total: GIB }),
  judgeEnv(null, 7),
  judgeEnv('unseen', 7),
  ...[0o600, 0o644].map((mode) => judgeEnv({ mode, uid: 7 }, 7)),
  judgeEnv({ mode: 0o600, uid: 0 }, 7),
  judgeClock(0, 0, true),
  judgeClock(NOW, 3000, true),
  ...[true, false, null].map((synchronised) => judgeClock(NOW, 0, synchronised)),
  judgeOffsets(new Map([['a', 1500]])),
  judgeOffsets(new Map([['a', -1500]])),
  judgeLimits(256, null),
  judgeLimits(null, { instances: 1, watches: 100 }),
];

/** What a Chinese sentence may hold of English: names, commands, values. */
const NAMES = new RegExp(
  [
    ...['python3', 'make', 'g\\+\\+', 'Node', 'GiB', 'MiB', '\\.env', 'uid', 'pid', 'linger'],
    ...['apt-get install [\\w-]+', 'ulimit -n', 'web_port', 'config/alerts\\.json', 'chrony'],
    ...['gridd [\\w -]+', 'loginctl [\\w -]+', '\\d+T', 'Z\\b', '\\((pid \\d+)\\)'],
  ].join('|'),
  'g',
);

beforeAll(async () => {
  await loadWords('zh-Hant');
  await loadWords('en');
});

/** What of the finding is said only in English. */
function unsaid({ name, found, advice, said, advice_said }: Finding): string[] {
  return (
    [
      [found, said],
      [advice, advice_said],
    ] as const
  ).flatMap(([text, data]) => {
    if (data !== undefined) expect(sentenceOf(data)).toBe(text);
    const words = sentenceWords('zh-Hant', data);
    const left = (words ?? text).replaceAll(NAMES, '');
    const isPlain = words === null && !/[a-z] [a-z]/i.test(left);
    return isPlain || (words !== null && !/[a-z]{4}/i.test(left)) ? [] : [`${name}: ${left}`];
  });
}

test('every figure that is judged is said whole in Chinese', () => {
  for (const finding of JUDGED) {
    if (finding === null) throw new Error('nothing was found');
    // A version with its path, and commands alone, are no English.
    const commands = /^(18\.0\.0 \(\/n\)|chmod 600 \.env|sysctl .*)$/;
    const of = (text: string) => (commands.test(text) ? '' : text);
    const whole = { ...finding, found: of(finding.found), advice: of(finding.advice) };
    expect(unsaid(whole)).toEqual([]);
  }
});

test('what is found in homes has data; what others say of themselves stays so', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const record = { desired: 'running', state: 'failed', web_port: port };
  const busy = makeHome({
    'logs/instances.json': registryOf(
      Object.fromEntries([...'abcdefghijkl'].map((id) => [id, recordOf(id, record)])),
    ),
    'config/alerts.json': {},
  });
  const damaged = makeHome({
    'logs/instances.json': '{"version":1,"inst',
    'config/alerts.json': { webhook: { url: 'http://127.0.0.1:1/' } },
  });
  mkdirSync(damaged.database, { recursive: true });
  writeFileSync(join(damaged.database, 'b.db'), 'no database'.repeat(100));
  const newer = makeHome({ 'logs/instances.json': { version: 99, instances: {} } });
  const found: Finding[] = [];
  for (const home of [busy, damaged, newer]) {
    const { out } = await gridd(home, ['doctor', '--json']);
    found.push(...(JSON.parse(out) as Finding[]));
  }
  server.close();
  const [held] = found.filter(({ name }) => name === 'ports');
  expect(sentenceWords('zh-Hant', held?.said)).toContain(`a 的 ${port} 被 `);
  expect(sentenceWords('zh-Hant', held?.said)).toContain(`；另外，l 的 ${port} 被 `);
  // However many there are: the console follows only so many within one another.
  expect(saidAs(held?.said, held?.found ?? '')).toEqual(held?.said);
  const errors = found.filter(({ code }) => code !== undefined);
  const codes = errors.map(({ name, code }) => [name, code]);
  expect(codes).toContainEqual(['registry', 'REGISTRY_NEWER']);
  const silent = found
    .filter(({ code, advice, said, advice_said }) => {
      const isCommand = /^(gridd|apt-get|sysctl|chmod) /.test(advice);
      const advised = advice === '' || isCommand || advice_said !== undefined;
      return code === undefined && (said === undefined || !advised);
    })
    .map(({ name }) => name);
  // Node's version and path; what SQLite says; what could not be read of the registry.
  expect([...new Set(silent)].sort()).toEqual(['databases', 'node', 'registry']);
  for (const { name, advice_said } of found.filter(({ name }) => silent.includes(name))) {
    if (name !== 'node' && advice_said !== undefined) {
      expect(sentenceWords('zh-Hant', advice_said)).toMatch(/\p{Script=Han}{4}/u);
    }
  }
});

test('the console gets it with its data, unless that says another thing than the text', async () => {
  const known = fail('disk', say('room_free', { free: '0.1', total: '2.0' }), say('make_room'));
  const odd = { ...known, name: 'memory', found: 'of a newer gridd', advice: '' };
  const { hint } = ERRORS.REGISTRY_NEWER;
  const error = { name: 'registry', verdict: 'fail', found: 'It is newer.', advice: hint };
  const printed = [known, odd, { ...error, code: 'REGISTRY_NEWER' }];
  const program = join(temporaryFolder(), 'doctor.mjs');
  writeFileSync(program, `console.log(${JSON.stringify(JSON.stringify(printed))})`);
  const run = new DoctorRun([process.execPath, program], '/', {});
  const [disk, memory, registry] = await run.look();
  if (disk === undefined || memory === undefined || registry === undefined) throw new Error('few');
  expect(disk).toEqual({
    ...{ level: 'problem', subject: 'disk', text: '0.1 of 2.0 GiB free', said: known.said },
    hint: 'Make room: a bot that cannot store places nothing.',
    hint_said: known.advice_said,
  });
  expect(memory).toEqual({
    ...{ level: 'problem', subject: 'memory', text: 'of a newer gridd', hint: null },
  });
  const line = (finding: typeof disk, language: 'en' | 'zh-Hant' = 'zh-Hant') =>
    shown(language, createElement(FindingLine, { finding }));
  const chinese = await line(disk);
  expect(chinese).toContain('可用 0.1 GiB，共 2.0 GiB');
  expect(chinese).toContain('→ 請清出空間');
  expect(chinese).not.toContain('lang="en"');
  const english = await line(disk, 'en');
  expect(english).toContain('0.1 of 2.0 GiB free');
  expect(english).toContain('Make room:');
  expect(await line(memory)).toContain('<span lang="en">of a newer gridd</span>');
  const newer = await line(registry);
  expect(newer).toMatch(/由較新的 gridd 寫入的。<span[^>]*lang="en">It is newer\./u);
  expect(newer).toContain('請使用寫入它的 gridd 版本，或更新的版本。');
  expect(await line(registry, 'en')).not.toContain('said-sentence');
});

test('a doctor that does not answer is told with its last words', async () => {
  const program = join(temporaryFolder(), 'doctor.mjs');
  writeFileSync(program, `console.error('first');console.error('no home');process.exit(1)`);
  const run = new DoctorRun([process.execPath, program], '/', {});
  await expect(run.look()).rejects.toThrow('gridd doctor did not answer: no home.');
});
