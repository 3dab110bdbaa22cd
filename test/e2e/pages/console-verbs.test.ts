/**
 * What a trader asks of a fleet on the console, in a real browser with a real supervisor and paper
 * bots: from an empty home to a first start, each verb for one, several and all, what is failed or
 * degraded, a supervisor that dies, and a config that became live. What the page says is held
 * against what the supervisor, the books and the audit say.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { ListRow } from '../../../src/contract/fleet-api.ts';
import { identify, isAlive } from '../../../src/platform/process-identity.ts';
import { openReadOnly } from '../../../src/platform/sqlite.ts';
import { readBooks } from '../../../src/store/index.ts';
import { faultsOf, sideways } from '../../fixtures/accessibility.ts';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { FleetHome, freePorts } from '../../fixtures/fleet-home.ts';
import { tradeAsStranger } from '../../fixtures/stranger.ts';
import { waitFor } from '../../fixtures/wait-for.ts';

const IDS = ['aa_01', 'bb_02', 'cc_03'] as const;
/** Stands still, so that nothing but the verbs changes a grid. */
const PAPER = { seed: 7, start_price: 150.42, volatility: 1e-9 };
/** Noticed at once where the connection ends; a stream that is only silent gets 40 s. */
const LOST_MS = 5_000;
const PATIENCE_MS = 15_000;

let browser: TestBrowser;
let home: FleetHome;
let url = '';
let context: BrowserContext;
let page: Page;
let phone: Page;
let held = 0;

const rowOf = (id: string) => page.locator(`tr[data-instance="${id}"]`);
const dialog = () => page.getByRole('dialog');
const toolbar = () => page.getByRole('toolbar');
const press = (name: string) => dialog().getByRole('button', { name, exact: true }).click();

/** What the supervisor says of each, by id. */
async function truth(): Promise<Record<string, ListRow>> {
  return Object.fromEntries((await home.list()).map((row) => [row.id, row]));
}

/** One fact of each, by id. */
async function each<Key extends keyof ListRow>(key: Key): Promise<Record<string, unknown>> {
  const rows = Object.values(await truth());
  return Object.fromEntries(rows.map((row) => [row.id, row[key]]));
}

/** The newest lines of the audit: verb, instance, outcome, who from where. */
function audited(count: number): string[] {
  const db = openReadOnly(home.path('database', 'gridd.db'));
  const newest = db.prepare<[number], string>(
    `SELECT verb || ' ' || instance || ' ' || outcome || ' ' || who || ' ' || origin
     FROM audit ORDER BY id DESC LIMIT ?`,
  );
  const found = newest.pluck().all(count).sort();
  db.close();
  return found;
}

/** A verb of the console is noted for each of these, and nothing after it; written in a moment. */
async function noted(verb: string, ids: readonly string[]): Promise<void> {
  const lines = ids.map((id) => `${verb} ${id} ok loopback console 127.0.0.1`);
  await waitFor(`${verb} of ${ids.join()} in the audit`, () =>
    audited(lines.length).join() === lines.join(),
  );
}

/** Ids of what rests of a grid, by its books. */
function resting(id: string): string[] {
  const books = readBooks(home.path('database', `${id}.db`));
  const ids = (books?.orders() ?? []).map(({ client_id }) => client_id).sort();
  books?.close();
  return ids;
}

/** Opens the confirmation of a verb: for one by its menu, for several by boxes, else for all. */
async function ask(verb: string, ids: readonly string[] | 'all'): Promise<void> {
  if (ids === 'all') {
    await toolbar().getByRole('button', { name: `${verb} all`, exact: true }).click();
  } else if (ids.length === 1) {
    await rowOf(ids[0] ?? '').getByRole('button', { name: `What to do with ${ids[0]}` }).click();
    await page.getByRole('menuitem', { name: verb, exact: true }).click();
  } else {
    for (const id of ids) await page.getByLabel(`Select ${id}`).check();
    await toolbar().getByRole('button', { name: verb, exact: true }).click();
  }
  await dialog().locator('[data-effect]').first().waitFor();
}

/** Gives a verb and resolves with what was said before and after it, a line an instance. */
async function give(
  verb: string,
  ids: readonly string[] | 'all',
  confirm: string,
): Promise<{ readonly before: string[]; readonly after: string[] }> {
  await ask(verb, ids);
  const before = await lines(dialog().locator('[data-effect]'));
  await press(confirm);
  await dialog().locator('[data-result]').first().waitFor();
  // A panic of all answers in the order in which the supervisor met them.
  const after = (await lines(dialog().locator('[data-result]'))).sort();
  await leave();
  if (ids !== 'all' && ids.length > 1) await pressIn(toolbar(), 'Clear');
  return { before, after };
}

const pressIn = (within: Locator, name: string) =>
  within.getByRole('button', { name, exact: true }).click();

async function leave(): Promise<void> {
  await dialog().getByRole('button', { name: 'Close', exact: true }).last().click();
  await dialog().waitFor({ state: 'detached' });
}

async function lines(found: Locator): Promise<string[]> {
  return (await found.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim());
}

/** The same console as somebody sees it who reads Traditional Chinese, on a phone. */
async function inChinese(look: () => Promise<void>): Promise<void> {
  await phone.goto(url);
  await phone.getByRole('contentinfo').waitFor();
  await look();
  expect(await faultsOf(phone)).toEqual([]);
  // Away from what changes, and of the same origin: it stays warm for the next look.
  await phone.goto(`${url}/gridd.svg`);
}

describe.skipIf(!hasBrowser)('verbs on the fleet console', () => {
  beforeAll(async () => {
    home = new FleetHome();
    const [port = 0, ...others] = await freePorts(6);
    held = others.at(-1) ?? 0;
    home.consoleAt(port);
    url = `http://127.0.0.1:${port}`;
    await home.ok(['supervisor', 'start']);
    browser = await TestBrowser.launch();
    context = await browser.context({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const viewport = { width: 390, height: 844 };
    const other = await browser.context({ locale: 'zh-TW', viewport, colorScheme: 'dark' });
    phone = await other.newPage();
    await page.goto(url);
    await page.getByRole('contentinfo').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await home.dispose();
  });

  afterEach(async () => {
    // What failed with a question open must not stand in the way of what follows.
    if (page.url().includes('#/new') || (await dialog().count()) > 0) {
      await page.goto('about:blank');
      await page.goto(url);
    }
  });

  test('an empty fleet says what to do next, and the command it names works', async () => {
    await page.getByText('No instance yet').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(3);
    const link = page.getByRole('link', { name: 'New instance' });
    expect(await link.getAttribute('href')).toBe('#/new');
    expect(await faultsOf(page)).toEqual([]);
    await inChinese(async () => {
      await phone.getByText('還沒有任何實例').waitFor();
      await phone.getByRole('link', { name: '新增實例' }).waitFor();
      expect(await sideways(phone)).toBe(0);
    });
    const [first = '', second = ''] = await page.locator('.first-commands code').allInnerTexts();
    await home.ok(first.split(' ').slice(1));
    expect(second).toBe('gridd start my_01');
    // Written, not started: the page says so by itself, and what comes next.
    await page.getByText('No instance runs yet').waitFor();
    await page.locator('[data-unstarted="my_01"]').getByText('PAPER').waitFor();
    rmSync(home.path('config', 'active', 'my_01.json'));
    await page.getByText('No instance yet').waitFor();
  });

  test('configs that were never started are named, and started with one confirmation', async () => {
    const ports = await freePorts(3);
    IDS.forEach((id, index) => {
      const daemon = { web_port: ports[index], ...(id === 'cc_03' && { max_restart_attempts: 0 }) };
      home.write(id, { daemon, exchange: { paper: PAPER }, strategy: { direction: 'long' } });
    });
    await page.getByText('3 configs were never started:').waitFor();
    await page.getByRole('button', { name: 'Start all 3' }).click();
    expect(await lines(dialog().locator('[data-effect]'))).toEqual(
      IDS.map((id) => `${id} PAPER starts`),
    );
    const posted: (string | null)[] = [];
    let goOn = () => {};
    const looked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/api/instances/start', async (route) => {
      posted.push(route.request().postData());
      await looked;
      await route.continue();
    });
    await press('Start 3 instances');
    const goesOn = dialog().getByText('This may be closed: it goes on');
    await goesOn.waitFor();
    await leave();
    // After a look at another view it is still under way, and is not given twice.
    await page.evaluate("location.hash = '#/accounts'");
    await page.getByRole('heading', { name: 'Accounts' }).waitFor();
    await page.evaluate("location.hash = '#/fleet'");
    await page.getByRole('button', { name: 'Start all 3' }).click();
    await goesOn.waitFor();
    await leave();
    goOn();
    const notice = page.getByRole('alert').filter({ hasText: `Start instances: ${IDS.join(', ')}` });
    await notice.getByText('Done for all 3.').waitFor();
    expect(posted).toEqual([JSON.stringify({ ids: IDS })]);
    await page.unroute('**/api/instances/start');
    await notice.getByRole('button', { name: 'Close' }).click();
    await notice.waitFor({ state: 'detached' });
    for (const id of IDS) await rowOf(id).getByText('Trading').waitFor();
    expect(await page.locator('[data-unstarted]').count()).toBe(0);
    expect(await each('state')).toEqual({ aa_01: 'running', bb_02: 'running', cc_03: 'running' });
    await noted('start', IDS);
    await waitFor('every order and the start positions', async () => {
      const positions = Object.values(await each('position'));
      return IDS.every((id) => resting(id).length === 20) && !positions.includes('0');
    });
  });

  test.each([
    { ids: ['aa_01'], confirm: 'one instance' },
    { ids: ['bb_02', 'cc_03'], confirm: '2 instances' },
    { ids: 'all' as const, confirm: '3 instances' },
  ])('restarts, pauses and resumes $ids, and nobody else', async ({ ids, confirm }) => {
    const meant: readonly string[] = ids === 'all' ? IDS : ids;
    const [pids, positions] = [await each('pid'), await each('position')];
    const orders = IDS.map(resting);

    const restarted = await give('Restart', ids, `Restart ${confirm}`);
    expect(restarted.before).toEqual(
      meant.map((id) => `${id} PAPER restarts; its orders rest meanwhile`),
    );
    expect(restarted.after).toEqual(
      meant.map((id) => expect.stringMatching(`^✓ ${id} running on http://127.0.0.1:\\d+$`)),
    );
    const now = await each('pid');
    expect(IDS.filter((id) => now[id] !== pids[id])).toEqual(meant);
    expect([await each('position'), IDS.map(resting)]).toEqual([positions, orders]);
    await noted('restart', meant);

    const paused = await give('Pause', ids, `Pause ${confirm}`);
    expect(paused.before).toEqual(meant.map((id) => `${id} PAPER pauses; its orders stay`));
    expect(paused.after).toEqual(meant.map((id) => `✓ ${id} paused`));
    for (const id of meant) await rowOf(id).getByText('Paused').waitFor();
    const states = await each('grid_state');
    expect(IDS.filter((id) => states[id] === 'paused')).toEqual(meant);
    expect(IDS.map(resting)).toEqual(orders);
    await noted('pause', meant);

    // Asked of all, only those that are paused are meant.
    const resumed = await give('Resume', 'all', `Resume ${confirm}`);
    const rest = IDS.filter((id) => !meant.includes(id));
    expect(resumed.before).toEqual([
      ...meant.map((id) => `${id} PAPER places orders again`),
      ...rest.map((id) => `${id} PAPER left alone: it trades already`),
    ]);
    expect(resumed.after).toEqual(meant.map((id) => `✓ ${id} resumed`));
    for (const id of IDS) await rowOf(id).getByText('Trading').waitFor();
    expect(Object.values(await each('grid_state'))).toEqual(['running', 'running', 'running']);
    await noted('resume', meant);
  });

  test('a verb goes on while its dialog is closed, and another shows nothing of it', async () => {
    const asked: (string | null)[] = [];
    let goOn = () => {};
    const looked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/api/instances/restart', async (route) => {
      asked.push(route.request().postData());
      await looked;
      await route.continue();
    });
    const goesOn = dialog().getByText('This may be closed: it goes on');
    await ask('Restart', ['aa_01']);
    await press('Restart one instance');
    await goesOn.waitFor();
    await leave();
    const { after } = await give('Pause', ['bb_02'], 'Pause one instance');
    expect(after).toEqual(['✓ bb_02 paused']);
    await ask('Restart', ['cc_03']);
    expect(await goesOn.count()).toBe(0);
    await press('Cancel');
    await dialog().waitFor({ state: 'detached' });
    // The same again is what still waits: it is not asked for twice.
    await ask('Restart', ['aa_01']);
    await goesOn.waitFor();
    await leave();
    goOn();
    const notice = page.getByRole('alert').filter({ hasText: 'Restart instances: aa_01' });
    await notice.getByText('Done.').waitFor();
    expect(await lines(notice.locator('[data-result="ok"]'))).toEqual([
      expect.stringMatching(/^✓ aa_01 running on /),
    ]);
    expect(asked).toEqual(['{"ids":["aa_01"]}']);
    await page.unroute('**/api/instances/restart');
    await notice.getByRole('button', { name: 'Close' }).click();
    await notice.waitFor({ state: 'detached' });
    await give('Resume', ['bb_02'], 'Resume one instance');
    await rowOf('bb_02').getByText('Trading').waitFor();
  });

  test('what is under way is shown as it was confirmed, and cannot be changed', async () => {
    const unanswered: (() => Promise<void>)[] = [];
    const path = /\/api\/instances\/(pause|stop)$/;
    await page.route(path, async (route) => {
      unanswered.push(() => route.abort('connectionreset'));
    });
    const fail = async () => {
      await unanswered.pop()?.();
      await dialog().locator('[data-failure]').waitFor();
    };
    const button = (name: string) => dialog().getByRole('button', { name, exact: true });
    await ask('Pause', ['bb_02']);
    await press('Pause one instance');
    await waitFor('the request', () => unanswered.length === 1);
    await home.ok(['pause', 'bb_02']);
    await rowOf('bb_02').getByText('Paused').waitFor();
    expect(await lines(dialog().locator('[data-effect]'))).toEqual([
      'bb_02 PAPER pauses; its orders stay',
    ]);
    expect(await button('Pause one instance').count()).toBe(1);
    await fail();
    // What may be confirmed next is as the rows are.
    await button('Pause 0 instances').waitFor();
    await dialog().locator('[data-effect="paused_already"]').waitFor();
    await press('Cancel');
    await home.ok(['resume', 'bb_02']);
    await rowOf('bb_02').getByText('Trading').waitFor();

    await ask('Stop', ['bb_02']);
    await dialog().getByText('Close at market').click();
    const choices = dialog().getByRole('radio');
    const disabled = async () =>
      new Set(await Promise.all((await choices.all()).map((one) => one.isDisabled())));
    expect([await choices.count(), await disabled()]).toEqual([6, new Set([false])]);
    await press('Stop one instance');
    await waitFor('the request', () => unanswered.length === 1);
    expect(await disabled()).toEqual(new Set([true]));
    await fail();
    expect(await disabled()).toEqual(new Set([false]));
    await press('Cancel');
    await dialog().waitFor({ state: 'detached' });
    await page.unroute(path);
  });

  test.each([
    { ids: ['aa_01'], confirm: 'one instance', left: ['bb_02', 'cc_03'] },
    { ids: ['aa_01', 'bb_02'], confirm: '2 instances', left: ['cc_03'] },
    { ids: 'all' as const, confirm: '3 instances', left: [] },
  ])('panics $ids: flat, with a receipt', async ({ ids, confirm, left }) => {
    const meant: readonly string[] = ids === 'all' ? IDS : ids;
    const rows = await truth();
    const before = new Map(IDS.map((id) => [id as string, resting(id)]));
    const told = await give('Panic', ids, `Close everything of ${confirm} now`);
    expect(told.before).toEqual(
      meant.map((id) => {
        const held = `position ${rows[id]?.position} SOL is closed at market`;
        const count = before.get(id)?.length;
        return `${id} PAPER cancels and closes now ${count} orders are cancelled · ${held}`;
      }),
    );
    const receipts = meant.map((id) => {
      const books = readBooks(home.path('database', `${id}.db`));
      const [receipt] = books?.receipts(1, 'stop') ?? [];
      books?.close();
      return receipt;
    });
    for (const [index, id] of meant.entries()) {
      const cancelled = before.get(id)?.length;
      const receipt = { orders_cancelled: cancelled, orders_left: 0, position: '0' };
      expect(receipts[index]).toMatchObject(receipt);
      expect(told.after[index]).toMatch(
        `✓ ${id} flat; ${cancelled} orders cancelled, position 0 ` +
          `${cancelled} orders cancelled, 0 left · position 0 SOL · total `,
      );
      expect(resting(id)).toEqual([]);
      await rowOf(id).getByText('Stopped').waitFor();
    }
    const now = await truth();
    expect(IDS.filter((id) => now[id]?.pid === null)).toEqual(meant);
    for (const id of meant) {
      expect(now[id]).toMatchObject({ state: 'stopped', desired: 'stopped', position: '0' });
    }
    for (const id of left) {
      expect(now[id]).toMatchObject({ pid: rows[id]?.pid, position: rows[id]?.position });
      expect(resting(id)).toEqual(before.get(id));
    }
    await noted('panic', meant);

    const started = await give('Start', 'all', `Start ${confirm}`);
    expect(started.after.length).toBe(meant.length);
    await waitFor('its grids', () => IDS.every((id) => resting(id).length > 0));
    await noted('start', meant);
  });

  test('a failed bot: why, what that means, and a start from there', async () => {
    const reason = '0 restarts within 10 minutes; last: ended by SIGKILL';
    const { pid } = await home.row('cc_03');
    // Pid 0 would be this very process group.
    if (pid === null) throw new Error('cc_03 does not run');
    process.kill(pid, 'SIGKILL');
    await rowOf('cc_03').getByText('Failed').waitFor();
    await rowOf('cc_03').getByTitle(reason).waitFor();
    expect(await home.row('cc_03')).toMatchObject({ state: 'failed', desired: 'running', pid: null });
    await page.getByText(/Needs a look 1/).waitFor();
    await inChinese(async () => {
      await phone.locator('[data-instance="cc_03"]').getByText('故障').waitFor();
      await phone.getByRole('button', { name: 'cc_03 的問題' }).click();
      await phone.getByText('程序已結束，不會自動再啟動。', { exact: false }).waitFor();
      await phone.getByText(/SIGKILL 終止/).last().waitFor();
    });
    await rowOf('cc_03').getByRole('button', { name: 'What is wrong with cc_03' }).click();
    const told = dialog().locator('[data-trouble="failed"]');
    await told.getByText(/not started again by itself/).waitFor();
    await told.getByText(reason).waitFor();
    expect(await faultsOf(page, '[role=dialog]')).toEqual([]);
    await pressIn(told, 'Start');
    await dialog().getByText('cc_03').waitFor();
    await press('Start one instance');
    await dialog().locator('[data-result="ok"]').waitFor();
    await leave();
    await rowOf('cc_03').getByText('Trading').waitFor();
    expect(await home.row('cc_03')).toMatchObject({ state: 'running', last_error: null });
    await page.getByText(/Needs a look 0/).waitFor();
  });

  test('a degraded bot: its reason, counted and in words, until it is mended', async () => {
    await ask('Stop', ['bb_02']);
    await dialog().getByText('Keep', { exact: true }).first().click();
    await press('Stop one instance');
    await dialog().locator('[data-result="ok"]').waitFor();
    await leave();
    await tradeAsStranger(home.path('database', 'bb_02.db'), { size: '0.7', price: '150.42' });
    await give('Start', ['bb_02'], 'Start one instance');
    await rowOf('bb_02').getByText('Degraded').waitFor();
    await rowOf('bb_02').getByTitle(/^The position differs/).waitFor();
    await inChinese(async () => {
      await phone.locator('[data-instance="bb_02"]').getByText('降級運行').waitFor();
      await phone.getByRole('button', { name: 'bb_02 有 1 則警告' }).click();
      await phone.getByText('原因消失後會自動恢復', { exact: false }).waitFor();
    });
    await rowOf('bb_02').getByRole('button', { name: 'One warning of bb_02' }).click();
    const told = dialog().locator('[data-trouble="degraded"]');
    // Once: in the list of its warnings.
    await dialog().getByText(/^The position differs: venue/).waitFor();
    expect(await told.getByRole('button').allInnerTexts()).toEqual([
      ...['Pause', 'Restart', 'Stop', 'Panic'],
    ]);
    const link = await told.getByRole('link', { name: 'Open its page' }).getAttribute('href');
    expect(link).toBe(`http://127.0.0.1:${(await home.row('bb_02')).web_port}/`);
    await home.ok(['accept-position', 'bb_02', '--yes']);
    // What is open follows what is so.
    await dialog().getByText('There are none any more.').waitFor();
    await leave();
    await rowOf('bb_02').getByText('Trading').waitFor();
  });

  test('the supervisor dies and comes back: said, dimmed, and true again without a reload', async () => {
    await page.evaluate('window.kept = true');
    const died = identify(home.supervisorPid());
    if (died === null) throw new Error('no supervisor');
    const before = await rowOf('aa_01').innerText();
    process.kill(died.pid, 'SIGKILL');
    const at = performance.now();
    await page.getByRole('alert').filter({ hasText: 'Connection lost, figures are' }).waitFor();
    await page.locator('.console-main.stale').getByRole('table').first().waitFor();
    expect(performance.now() - at).toBeLessThan(LOST_MS);
    expect(await rowOf('aa_01').innerText()).toBe(before);
    expect(isAlive(died)).toBe(false);
    // A verb into the void is not called done.
    await ask('Pause', ['bb_02']);
    await press('Pause one instance');
    await dialog().locator('[data-failure]').getByText(/whether it was done is not known/).waitFor();
    expect(await faultsOf(page, '[role=dialog]')).toEqual([]);
    await press('Cancel');
    // The bots trade on, and one of them changes meanwhile.
    const href = (await rowOf('aa_01').getByRole('link').getAttribute('href')) ?? '';
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, body: '{}' };
    expect((await fetch(`${href}api/pause`, options)).status).toBe(200);
    await rowOf('aa_01').getByText('Trading').waitFor();
    await home.ok(['supervisor', 'start']);
    await rowOf('aa_01').getByText('Paused').waitFor();
    await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
    await page.locator('.stale').waitFor({ state: 'detached' });
    await page.getByText(`pid ${home.supervisorPid()}`, { exact: true }).waitFor();
    expect(home.supervisorPid()).not.toBe(died.pid);
    expect(await page.evaluate('window.kept')).toBe(true);
    await give('Resume', ['aa_01'], 'Resume one instance');
    expect((await home.row('aa_01')).grid_state).toBe('running');
  });

  test('an id that is taken is refused in words, and a failed start is no success', async () => {
    await page.evaluate("location.hash = '#/new/neutral'");
    const id = page.getByLabel('Id of the new instance');
    const create = () => page.getByRole('button', { name: 'Create and start' }).first();
    await id.fill('aa_01');
    await page.getByText('this id is taken').waitFor();
    expect(await create().isEnabled()).toBe(false);
    await id.fill('ee_05');
    const file = page.getByRole('textbox', { name: 'File', exact: true });
    await waitFor('its own keys', async () => /"instance_id": "ee_05"/.test(await file.inputValue()));
    const text = (await file.inputValue())
      .replace(/"web_port": \d+/, `"web_port": ${held}, "strict_port": true`);
    await file.fill(text);
    await page.locator('[data-verdict="good"]').waitFor();
    await create().click();
    // Somebody else was quicker.
    const path = home.path('config', 'active', 'ee_05.json');
    writeFileSync(path, text);
    await press('Create and start');
    const refused = dialog().locator('[data-failure]');
    await refused.getByText(/ee_05/).first().waitFor();
    expect(await dialog().getByText(/is saved/).count()).toBe(0);
    rmSync(path);
    await waitFor('that it is free', async () => (await page.getByText('ee_05 PAPER').count()) === 0);
    const holder = createServer().listen(held, '127.0.0.1');
    await press('Create and start');
    const alert = dialog().getByRole('alert');
    await alert.getByText('ee_05 is saved as version').waitFor();
    expect(await alert.innerText()).toMatch(/but did not take effect/);
    await dialog().locator('[data-result="failed"]').getByText(`${held}`).first().waitFor();
    expect(await dialog().locator('.gain').count()).toBe(0);
    // Behind it, the id that was just made here is not called taken.
    expect(await page.getByText('this id is taken').count()).toBe(0);
    await leave();
    await rowOf('ee_05').getByText('Failed').waitFor();
    holder.close();
    await page.evaluate("location.hash = '#/fleet'");
  });

  test('a config that became live is marked, and its next start is said to be real money', async () => {
    await give('Stop', ['aa_01'], 'Stop one instance');
    const file = home.path('config', 'active', 'aa_01.json');
    const paper = readFileSync(file, 'utf8');
    writeFileSync(file, paper.replace('"exchange_config": {', '"exchange_config": { "mode": "live",'));
    const mark = rowOf('aa_01').locator('[data-next-mode="live"]');
    await mark.getByText('LIVE', { exact: true }).waitFor();
    expect(await mark.getAttribute('title')).toMatch(/^Its config says LIVE by now/);
    expect(await rowOf('aa_01').getAttribute('class')).toContain('live');
    for (const verb of ['Start', 'Restart']) {
      await ask(verb, ['aa_01']);
      await dialog().getByText('One of these trades real money.').waitFor();
      expect(await lines(dialog().locator('[data-effect="starts_live"]'))).toEqual([
        expect.stringContaining('starts with real money'),
      ]);
      await press('Cancel');
      await dialog().waitFor({ state: 'detached' });
    }
    writeFileSync(file, paper);
    await mark.waitFor({ state: 'detached' });
  });

  test('never broke a rule of its policy', () => {
    // The stream and a verb while nobody answered, and the save over another's file.
    const expected = /ERR_CONNECTION_|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|status of 409/;
    expect(browser.complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
  });
});
