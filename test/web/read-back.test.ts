/** Sentences that were kept as text alone, read back and said in Chinese: audit, ends, notes. */
import { createElement } from 'react';
import { beforeAll, expect, test } from 'vitest';
import type { AuditView, ConfigVersion, FleetExit } from '../../src/contract/console-api.ts';
import { quoted, say, sentenceOf, textOf } from '../../src/contract/sentences.ts';
import type { Said } from '../../src/contract/sentences.ts';
import {
  END_SENTENCES,
  NOTE_SENTENCES,
  OUTCOME_SENTENCES,
  readBack,
} from '../../src/contract/read-back.ts';
import { describeExit } from '../../src/daemon/bot-process.ts';
import { VersionRow } from '../../src/web/ui/console/configs/version-row.tsx';
import {
  useAuditColumns,
  useExitColumns,
} from '../../src/web/ui/console/records/event-columns.tsx';
import type { Column } from '../../src/web/ui/shell/table-column.ts';
import { loadWords } from '../../src/web/ui/words/languages.ts';
import { endWords, noteWords, outcomeWords } from '../../src/web/ui/words/said-words.ts';
import { shown } from './markup.ts';

const URL = 'http://127.0.0.1:5001';
const OUTCOMES: readonly [Said, string][] = [
  [say('running'), '運行中'],
  [say('serves_on', { state: say('running'), url: URL }), `運行中，頁面在 ${URL}`],
  [
    say('already', {
      state: say('serves_on', {
        state: say('degraded_by', { reason: say('no_page_port') }),
        url: URL,
      }),
    }),
    `本來就是：降級運行（它的頁面沒有連接埠），頁面在 ${URL}`,
  ],
  [say('paused'), '已暫停'],
  [say('stopped_unstarted', { state: say('backoff') }), '已停止；原本沒有程序在運行'],
  [say('stopped_clean', { cancelled: 4, left: 0, position: '-0.5' }), '撤銷 4 張掛單'],
  [
    say('ended_outside', { stopped: say('stopped'), names: 'sleep (pid 7), cat (pid 8)' }),
    '已停止；也結束了程序群組外的 sleep (pid 7), cat (pid 8)',
  ],
  [say('flat', { cancelled: 2 }), '已平倉；撤銷 2 張掛單'],
  [
    say('restarted_for', { keys: say('variable_changed'), outcome: say('running') }),
    '因 .env 中的變數 已變更而重啟；運行中',
  ],
  [
    say('restarted_for', { keys: 'a.b, c.d', outcome: say('starting') }),
    '因 a.b, c.d 已變更而重啟；啟動中',
  ],
  [say('taken_in_place', { keys: 'a.b, c.d' }), '已直接生效，不需重啟：a.b, c.d'],
  [
    say('taken_orders', { keys: 'a.b, c.d', kept: 3, cancelled: 2, placed: 1 }),
    '掛單保留 3 張、撤銷 2 張、新掛 1 張',
  ],
];

const killed = describeExit(null, 'SIGKILL');
const ENDS: readonly [Said, string][] = [
  [killed, '被 SIGKILL 終止'],
  [describeExit(3, null), '程序結束，代碼 3'],
  [say('unseen', { end: describeExit(null, null) }), '程序消失（當時沒有監督程式運行）'],
  [say('because', { end: describeExit(0, null), why: say('run_over') }), '原因：網格已完成'],
  [
    say('because', {
      end: say('unseen', { end: describeExit(0, null) }),
      why: say('stop_command'),
    }),
    '程序結束，代碼 0（當時沒有監督程式運行），原因：停止指令',
  ],
  [
    say('because', { end: killed, why: say('reloaded', { keys: 'a.b, c.d' }) }),
    '原因：重新載入：a.b, c.d 已變更',
  ],
  [
    say('because', { end: killed, why: say('health_fails', { reason: 'fetch failed (6)' }) }),
    '原因：GET /health 沒有回應（fetch failed (6)）',
  ],
  [
    say('because', { end: killed, why: say('no_sign_of_life', { seconds: 15 }) }),
    '原因：已有 15 秒沒有任何訊息',
  ],
];

const NOTES: readonly [Said, string][] = [
  [say('met_on_disk'), '原本就在磁碟上'],
  [say('edited_on_disk'), '直接在磁碟上修改'],
  [say('back_to_version', { version: 3 }), '還原到第 3 版'],
  [say('new_config'), '新建'],
  [say('back_from', { file: 'a_2026-01-02.json' }), '從 a_2026-01-02.json 取回'],
];

beforeAll(() => loadWords('zh-Hant'));

test('what gridd kept as text is found again with every value', () => {
  const kinds = [
    [OUTCOMES, OUTCOME_SENTENCES, (text: string) => outcomeWords('zh-Hant', 'ok', text).words],
    [ENDS, END_SENTENCES, (text: string) => endWords('zh-Hant', text).words],
    [NOTES, NOTE_SENTENCES, (text: string) => noteWords('zh-Hant', text)],
  ] as const;
  for (const [cases, codes, words] of kinds) {
    for (const [said, chinese] of cases) {
      const text = sentenceOf(said);
      expect(readBack(text, codes)).toEqual(said);
      expect(words(text)).toContain(chinese);
      expect(endWords('en', text)).toEqual({ words: null, sentence: text });
    }
  }
});

test.each([
  ['exited with code 3 (of a newer bot)', END_SENTENCES],
  ['exited with code 3 and more', END_SENTENCES],
  ['exited with code', END_SENTENCES],
  ['running on', OUTCOME_SENTENCES],
  ['degraded (of a newer gridd)', OUTCOME_SENTENCES],
  ['resumed; it was tripped: total -5 is max_loss 5 below 0', OUTCOME_SENTENCES],
  ['{{state}} on {{url}}', OUTCOME_SENTENCES],
  ['', OUTCOME_SENTENCES],
  ['newer', NOTE_SENTENCES],
  ['back to version three or four', NOTE_SENTENCES],
  ['back to version three', NOTE_SENTENCES],
  ['back from holiday', NOTE_SENTENCES],
  // Far deeper than anything of ours, and found to be so at once.
  [`${'already '.repeat(40)}x${' on y'.repeat(40)}`, OUTCOME_SENTENCES],
])('%j is no sentence of ours and stays as it is', (text, codes) => {
  expect(readBack(text, codes)).toBeNull();
});

/** The cell of a column as the page has it. */
function Cell<Row>({ use, of, row }: {
  use: () => readonly Column<Row>[];
  of: string;
  row: Row;
}) {
  const column = use().find(({ key }) => key === of);
  const cell = column?.cell?.(row) ?? column?.text(row);
  return createElement('p', { title: column?.text(row) }, cell);
}

test('the tables of events say it in the language of the page', async () => {
  const error = { code: 'INSTANCE_UNKNOWN', message: 'No instance has the id x.' };
  const row = { outcome: 'ok', message: 'paused' } as AuditView;
  const failed = { outcome: error.code, message: textOf(quoted(error)) } as AuditView;
  const audit = { use: useAuditColumns, of: 'message' };
  const message = (language: 'en' | 'zh-Hant', of: AuditView) =>
    shown(language, createElement(Cell<AuditView>, { ...audit, row: of }));
  expect(await message('zh-Hant', row)).toBe('<p title="已暫停 paused">已暫停</p>');
  expect(await message('en', row)).toBe('<p title="paused"><span lang="en">paused</span></p>');
  const refused = await message('zh-Hant', failed);
  expect(refused).toContain('沒有這個實例。<span class="said-sentence" lang="en">No instance');
  const exit = { reason: 'exited with code 3' } as FleetExit;
  const ends = { use: useExitColumns, of: 'reason' };
  const reason = (of: FleetExit) =>
    shown('zh-Hant', createElement(Cell<FleetExit>, { ...ends, row: of }));
  expect(await reason(exit)).toContain('>程序結束，代碼 3</p>');
  const older = await reason({ ...exit, reason: 'ended somehow' });
  expect(older).toContain('<span lang="en">ended somehow</span>');
});

test('a version tells its note in the language of the page, or as its author did', async () => {
  const version: ConfigVersion = {
    ...{ version: 3, at: '2026-01-02T03:04:05.000Z', who: 'x', from: 'cli', note: 'new' },
    changed: [],
  };
  const nothing = () => undefined;
  const handlers = { onFrom: nothing, onTo: nothing, onBack: nothing };
  const rowOf = (note: string) => {
    const facts = { version: { ...version, note }, newest: true, from: false, to: false };
    const inRow = createElement(VersionRow, { ...facts, ...handlers });
    return createElement('table', null, createElement('tbody', null, inRow));
  };
  expect(await shown('zh-Hant', rowOf('back to version 2'))).toContain('還原到第 2 版');
  expect(await shown('zh-Hant', rowOf('my reason'))).toContain('my reason');
  expect(await shown('en', rowOf('back to version 2'))).toContain('back to version 2');
});
