/** What registry and supervisor warn of and why a key is locked, in each language of the pages. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createElement } from 'react';
import { beforeAll, describe, expect, it } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { codedSaid, warningsIn, withNotes } from '../../src/contract/said-codes.ts';
import type { Note } from '../../src/contract/said-codes.ts';
import { say, sentenceOf } from '../../src/contract/sentences.ts';
import type { Said } from '../../src/contract/sentences.ts';
import { judgeText, noStartYet } from '../../src/daemon/config-check.ts';
import { templateView } from '../../src/daemon/config-templates.ts';
import { shownText } from '../../src/daemon/config-views.ts';
import { keepText } from '../../src/daemon/instance-config.ts';
import { done } from '../../src/daemon/verb-outcome.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { fromHome } from '../../src/platform/paths.ts';
import {
  configRoot,
  guardedIn,
  guardedProblems,
  newRecord,
  readConfigFile,
  takenFile,
} from '../../src/registry/index.ts';
import { GUARDED_KEYS } from '../../src/registry/guarded-keys.ts';
import { FileLock } from '../../src/web/ui/console/configs/file-lock.tsx';
import { WarningLines } from '../../src/web/ui/console/configs/warning-lines.tsx';
import { ResultLine } from '../../src/web/ui/console/verbs/verb-results.tsx';
import type { Language } from '../../src/web/ui/words/languages.ts';
import { loadWords } from '../../src/web/ui/words/languages.ts';
import { allowedWords, lockWords, problemWords } from '../../src/web/ui/words/said-words.ts';
import { put, smallConfig, tempHome } from '../registry/temp-home.ts';
import { shown } from './markup.ts';

const FILE = 'config/active/aa_01.json';
const lines = (language: Language, notes: readonly Note[]) =>
  shown(language, createElement(WarningLines, warningsIn(notes)));
/** As React writes a text. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('>', '&gt;').replaceAll("'", '&#x27;');

beforeAll(async () => {
  await loadWords('zh-Hant');
});

/** A config with whatever is worth a warning on paper. */
function oddConfig() {
  const config = smallConfig();
  config.daemon_config = {
    script_path: 'gone/bot.py',
    bot_args: ['--grid-num', '21', '--grid-num=22'],
  };
  config.exchange_config = {
    api_key: 'in-the-file',
    secret_key: '${GRIDD_T_A}${GRIDD_T_B}',
    passphrase: '${GRIDD_T_C}',
  };
  return config;
}

describe('what the registry warns of in a config', () => {
  it('is whole in Chinese with its values and the name of the key, in English as ever', async () => {
    const home = tempHome();
    const text = JSON.stringify(oddConfig());
    const verdict = judgeText({ home, environment: {} }, 'aa_01', fromHome(home, FILE), text);
    const { warnings, coded } = verdict;
    expect(warnings).toEqual([
      'daemon_config.bot_args: --grid-num 21 contradicts strategy_config.grid_num = 20; ' +
        '--grid-num wins.',
      'daemon_config.bot_args: --grid-num 22 contradicts an earlier --grid-num = 21; ' +
        '--grid-num wins.',
      'exchange_config.api_key: the key stands in the file itself; put it into .env and write ' +
        '${NAME} here.',
      'daemon_config.script_path: gone/bot.py does not exist; the built-in bot runs.',
      'exchange_config.secret_key: ${GRIDD_T_A} and ${GRIDD_T_B} are not set; paper trading ' +
        'needs no key.',
      'exchange_config.passphrase: ${GRIDD_T_C} is not set; paper trading needs no key.',
    ]);
    const chinese = await shown('zh-Hant', createElement(WarningLines, { warnings, coded }));
    expect(chinese).not.toMatch(/lang="en"|_config\.(bot|api|secret|script)/);
    for (const words of [
      '--grid-num 21 與 strategy_config.grid_num = 20 不一致；以 --grid-num 為準。',
      '--grid-num 22 與 先前的 --grid-num = 21 不一致',
      'gone/bot.py 不存在；改由內建機器人運行。',
      '${GRIDD_T_A} 與 ${GRIDD_T_B} 沒有設定',
      '${GRIDD_T_C} 沒有設定；模擬交易不需要金鑰。',
    ]) {
      expect(chinese).toContain(words);
    }
    const english = await shown('en', createElement(WarningLines, { warnings, coded }));
    for (const warning of warnings) expect(english).toContain(escaped(warning));
  });

  it('tells the older format, and what keeps it from starting with the error beneath', async () => {
    const home = tempHome();
    const flat = { symbol: 'SOL_USDC_PERP', grid_lower_price: 140, grid_upper_price: 160 };
    const text = JSON.stringify({ ...flat, grid_num: 20, order_quantity: 0.5 });
    const { warnings } = readConfigFile(home, put(home, FILE, text));
    expect(await lines('zh-Hant', warnings)).toMatch(/aa_01\.json 是舊的單層格式；(?!.*lang="en")/);
    const config = smallConfig();
    config.daemon_config = { environment: { WORD: '${GRIDD_T_GONE}' } };
    const file = fromHome(home, FILE);
    const verdict = judgeText({ home, environment: {} }, 'aa_01', file, JSON.stringify(config));
    const [warning = ''] = verdict.warnings;
    expect(warning).toMatch(/^It will not start before this is mended: .*GRIDD_T_GONE/);
    const chinese = await shown('zh-Hant', createElement(WarningLines, verdict));
    expect(chinese).toMatch(/排除以下問題之前無法啟動：\p{Script=Han}+.*lang="en">[^<]*GRIDD_T_GONE/u);
    expect(await shown('en', createElement(WarningLines, verdict))).toContain(escaped(warning));
  });
});

const VALUES = { id: 'aa_01', port: 5002, wanted: 5001, limit: '50', file: FILE };
const { id, port, wanted, limit, file } = VALUES;
const WARNED: readonly Said[] = [
  say('design_gone'),
  say('port_moved', { port, wanted }),
  say('port_held_instead', { wanted, holder: 'python3 (pid 47)', port }),
  say('port_held', { wanted, holder: say('another_process'), port }),
  say('port_handed', { wanted, owner: 'bb_02', port }),
  say('text_lost', { id, file }),
  say('text_unkept', { why: 'ENOSPC' }),
  say('orders_may_rest', { id }),
  say('left_group', { names: 'pid 47 (sleep)', id }),
  say('other_books', { path: 'database/x.db' }),
  say('taken_by_program'),
  say('loss_not_judged', { limit, id, why: say('no_design_here') }),
  say('loss_not_counted', { limit, names: 'bb_02, cc_03' }),
  say('loss_by_records', { limit }),
  say('adjust_not_judged', { limit, why: say('no_supervisor_here') }),
  say('adjust_not_judged', { limit, why: say('supervisor_silent') }),
  say('nothing_adopted'),
];

describe('what the supervisor warns of', () => {
  it.each(WARNED.map((said) => [sentenceOf(said), said] as const))('%s', async (text, said) => {
    const result = withNotes(done(id, say('running')), [codedSaid(said)]);
    expect(result.warnings).toEqual([text]);
    const line = (language: Language) =>
      shown(language, createElement(ResultLine, { result, row: null }));
    const chinese = await line('zh-Hant');
    expect(chinese).not.toContain('lang="en"');
    for (const value of Object.values(said.values ?? {})) expect(chinese).toContain(value);
    const words = chinese.replaceAll(/<[^>]*>|max_account_loss|gridd [a-z]+|--all-descendants/g, '');
    const values = /aa_01|bb_02|cc_03|python3|pid|sleep|ENOSPC|config\/active|json|database\/x.db/g;
    expect(words.replaceAll(values, '').replaceAll('gridd', '')).not.toMatch(/[a-z]{2}/i);
    expect(await line('en')).toContain(escaped(text));
  });

  it('quotes errors beneath its words, after what was warned of before', async () => {
    const error = new GriddError('REGISTRY_UNWRITABLE', 'The disk is full.');
    const unkept = codedSaid(say('stop_unkept', { fault: { code: error.code, text: error.message } }));
    const instead = say('runs_with_file', { file, why: { code: 'ENV_MISSING', text: 'No A.' } });
    const first = withNotes(done(id, say('stopped')), ['as it is']);
    const result = withNotes(first, [unkept, codedSaid(instead), noStartYet(error)]);
    expect(result.warnings).toEqual([
      'as it is',
      'The disk is full. A supervisor that starts before then starts it again.',
      `It runs with ${FILE} as that is now: No A.`,
      'It will not start before this is mended: The disk is full.',
    ]);
    const markup = await shown('zh-Hant', createElement(ResultLine, { result, row: null }));
    expect(markup).toMatch(/；在寫入之前若有監督程式啟動，會再次啟動此實例。<span[^>]* lang="en">The disk/);
    expect(markup).toContain(`以目前的 ${FILE} 運行：`);
    expect(markup).toContain('lang="en">No A.</span>');
    // Of an older gridd, which has no data for it.
    expect(markup).toContain('as it is');
    expect(withNotes(first, [])).toBe(first);
  });

  it('has data where a text cannot be kept', async () => {
    const home = tempHome();
    const text = JSON.stringify(smallConfig());
    const loaded = readConfigFile(home, put(home, FILE, text));
    mkdirSync(takenFile(loaded.logDir), { recursive: true });
    const notes: Note[] = [];
    expect(keepText({ loaded, text }, { start: 'x', generation: 1 }, notes)).toBeNull();
    expect(notes).toMatchObject([{ said: { code: 'text_unkept' } }]);
  });
});

describe('a key that is read-only', () => {
  const config = {
    daemon_config: { script_path: 'x.py', log_dir: 'logs/x', web_host: '::1' },
    exchange_config: { proxy: 'http://x', api_key: '${KEY_A}' },
  };

  it('says why in Chinese with the file, in English as it was said', () => {
    const home = tempHome();
    const path = put(home, FILE, JSON.stringify(config));
    const { read_only } = shownText(home, path, readFileSync(path, 'utf8'));
    expect(read_only).toHaveLength(5);
    for (const key of read_only) {
      expect(key.why).toMatch(/^It (\w+ )+.*\. Edit config\/active\/aa_01\.json in an editor on this/);
      expect(lockWords('en', key)).toBe(key.why);
      const words = lockWords('zh-Hant', key);
      expect(words).toMatch(/^此項\p{Script=Han}+。請在這台機器上用編輯器修改 config\/active\/aa_01\.json。$/u);
    }
    // Of a gridd that has no data for it.
    const { why_said: _said, ...older } = read_only[0] ?? { path: '', why: '' };
    expect(lockWords('zh-Hant', older as (typeof read_only)[0])).toBe(older.why);
  });

  it('says so of a link, of a text that cannot be shown, and of a template', async () => {
    const home = tempHome();
    const path = put(home, FILE, '{ "exchange_config": ');
    const locks = shownText(home, path, readFileSync(path, 'utf8')).read_only;
    const [broken] = locks;
    if (broken === undefined) throw new Error('it was shown');
    const said = await shown('zh-Hant', createElement(FileLock, { readOnly: locks }));
    expect(said).toMatch(/；其中的密鑰無法遮蔽，因此不顯示：.*aa_01\.json。<span[^>]* lang="en">[^<]+/);
    expect(broken.why).toMatch(/ It is not shown, since secrets in it could not be masked: mend /);
    const elsewhere = put(home, 'elsewhere.json', JSON.stringify(config));
    rmSync(path);
    symlinkSync(elsewhere, path);
    const [link] = shownText(home, path, readFileSync(path, 'utf8')).read_only;
    if (link === undefined) throw new Error('it is no link');
    expect(link.why).toBe(`${FILE} is a link: edit the file that it names.`);
    const linked = createElement(FileLock, { readOnly: [link] });
    expect(await shown('zh-Hant', linked)).toContain(`▲ ${FILE} 是連結：請修改它所指的檔案。`);
    expect(await shown('en', linked)).toContain(link.why);
    const template = fromHome(home, 'config/templates/odd.json');
    mkdirSync(dirname(template), { recursive: true });
    writeFileSync(template, JSON.stringify(config));
    const [first] = templateView(home, 'odd', null).read_only;
    if (first === undefined) throw new Error('nothing is read-only');
    expect(first.why).toBe('It decides which program runs, and with what.');
    expect(lockWords('zh-Hant', first)).toBe('此項決定執行哪個程式及其參數。');
    expect(await shown('en', createElement(FileLock, { readOnly: [first] }))).toBe('');
  });

  it('that was changed is refused in Chinese, whole, with what stands for it', () => {
    const after = {
      ...{ metadata: { instance_id: 'other', name: '${NEW}' } },
      exchange_config: Object.fromEntries(
        Object.keys(GUARDED_KEYS).flatMap((path) =>
          path.startsWith('exchange_config.') ? [[path.slice(16), 'x']] : [],
        ),
      ),
      daemon_config: { log_dir: 'y', script_path: 'y', web_host: 'y' },
    };
    const root = (value: object) => configRoot(JSON.stringify(value), FILE) ?? {};
    const problems = guardedProblems({}, root(after), FILE);
    expect(problems.length).toBeGreaterThan(guardedIn(root(after)).length);
    for (const problem of problems) {
      const { said, allows, message, allowed } = problem;
      expect([said && sentenceOf(said), allows && sentenceOf(allows)]).toEqual([
        message,
        problem.rule === 'read_only' ? allowed : undefined,
      ]);
      const told = problemWords('zh-Hant', problem);
      expect(told).toMatchObject({ words: expect.stringMatching(/\p{Script=Han}/u), sentence: '' });
      expect(told.words?.replaceAll('ID', '')).not.toMatch(/[a-z]{2}/i);
      if (problem.rule !== 'read_only') continue;
      expect(message).toMatch(/^is read-only here: it \w/);
      expect(allowed).toBe(`the value in ${FILE}; edit that file in an editor on this machine`);
      expect(allowedWords('zh-Hant', problem)).toBe(`${FILE} 中的值；請在這台機器上用編輯器修改該檔案`);
    }
  });
});

it('an instance that was never started says so as text and as data', () => {
  const home = tempHome();
  const loaded = readConfigFile(home, put(home, FILE, JSON.stringify(smallConfig())));
  const record = newRecord(home, loaded, 0);
  const said = { code: 'never_started' };
  expect(record).toMatchObject({ state_reason: 'never started', state_said: said });
  expect(record.registered_at).toBe(isoTime(0));
});
