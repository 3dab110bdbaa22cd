/**
 * Hostile texts on both pages in a real browser: every text that a config, a file's name, a note, a
 * program or a venue can bring there is planted at once, and every view is opened. Each is shown as
 * text, and none becomes anything that could act: not even where a browser has no policy to stop it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { TestBrowser, hasBrowser } from '../../fixtures/browser.ts';
import { waitFor } from '../../fixtures/wait-for.ts';
import { HOSTILE_ID, HOSTILE_TEMPLATE, HostileFleet, plantedText } from '../../web/hostile-fleet.ts';
import { FREE_KEYS, HIDDEN_KEYS, HOSTILE_SYMBOL, hostileText } from '../../web/planted.ts';

/** Before any script of a page: who acts is noted, and an element that comes and goes is, too. */
const WATCH = `
  window.acted = [];
  window.act = (mark) => window.acted.push(mark);
  const look = () => document.querySelector('[data-planted]') && window.act('an element');
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
`;

/** What acted, or could: handlers, elements and links that came from a text. */
const HARM = `[
  ...window.acted,
  ...[...document.querySelectorAll('*')].flatMap(({ attributes }) =>
    [...attributes].map(({ name, value }) => name + '=' + value)
      .filter((text) => /^(on|data-planted)|^(href|src|action|formaction)=\\s*javascript:/i.test(text)))
]`;

/** All that a reader can see or point at: texts, fields and hints. */
const SHOWN = `[
  document.title,
  document.body.innerText,
  ...[...document.querySelectorAll('input, textarea')].map(({ value }) => value),
  ...[...document.querySelectorAll('[title]')].map(({ title }) => title)
].join('\\n')`;

const WIDE = { width: 1440, height: 1000 };

/** Does what no page may, and says whether a text then acts. */
const MADE_MARKUP = `new Promise((resolve) => {
  window.act = (mark) => mark === 'proof' && resolve(true);
  setTimeout(() => resolve(false), 10_000);
  document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(hostileText('proof'))});
})`;

const RENAMED = hostileText('renamed');
const WHY = hostileText('why');

let browser: TestBrowser;
let fleet: HostileFleet;
/** Everything that was shown so far. */
let shown = '';
const dialogs: string[] = [];

/** Whether a page shows a text to the letter, or as JSON writes it. */
function isIn(page: string, text: string): boolean {
  return page.includes(text) || page.includes(JSON.stringify(text).slice(1, -1));
}

/** Waits until the texts are in sight; all the while nothing on the page may be able to act. */
async function see(page: Page, ...texts: string[]): Promise<void> {
  const seen = await waitFor(`the sight of ${texts.join(', ')}`, async () => {
    const text = await page.evaluate<string>(SHOWN);
    expect(await page.evaluate(HARM)).toEqual([]);
    return texts.every((each) => isIn(text, each)) ? text : null;
  });
  shown += `\n${seen}`;
}

/** A new visitor of the pages; a script that the policy stops is told in its complaints. */
async function visitor(options: { bypassCSP?: boolean } = {}): Promise<Page> {
  const context = await browser.context({ viewport: WIDE, ...options });
  await context.addInitScript(WATCH);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return page;
}

describe.skipIf(!hasBrowser)('hostile texts', () => {
  let page: Page;
  beforeAll(async () => {
    fleet = new HostileFleet();
    [browser] = await Promise.all([TestBrowser.launch(), fleet.start()]);
    page = await visitor();
  });
  afterAll(async () => {
    await browser.close();
    await fleet.dispose();
  });

  const go = (view: string) => page.goto(`${fleet.consoleUrl}/#/${view}`);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const dialog = () => page.getByRole('dialog');
  const close = async () => {
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  };

  test('in the fleet, its warnings, its verbs and its accounts', async () => {
    await go('fleet');
    await see(page, plantedText('metadata.name'), HOSTILE_SYMBOL, hostileText('venue'));
    await page.getByRole('button', { name: /warnings of aa_01/ }).click();
    await see(page, plantedText('daemon_config.script_path'));
    await close();
    await press('Stop all');
    await see(page, 'aa_01');
    await close();
    await page.setViewportSize({ width: 390, height: 844 });
    await see(page, plantedText('metadata.name'));
    await page.setViewportSize(WIDE);
    await go('accounts');
    await see(page, 'paper aa_01');
  });

  test('in a config as form and text, its difference, its save and its history', async () => {
    await go('configs');
    await see(page, plantedText('metadata.name'), 'ee_05');
    await page.getByRole('cell').getByRole('button', { name: 'Restore' }).click();
    await dialog().getByText('ee_05').first().waitFor();
    await see(page);
    await close();
    await go('configs/aa_01');
    const name = page.getByLabel('Name', { exact: true });
    await name.waitFor();
    await page.evaluate(
      `document.querySelectorAll('details:not([open]) summary').forEach((group) => group.click())`,
    );
    await see(page, plantedText('daemon_config.log_dir'), plantedText('exchange_config.proxy'));
    await name.fill(RENAMED);
    await press('Review and save');
    await dialog().getByLabel('Why (kept with the version)').fill(WHY);
    await see(page, RENAMED);
    await dialog().getByRole('button', { name: 'Save', exact: true }).click();
    await see(page, 'aa_01 is saved as version');
    await close();
    await go('configs/aa_01?tab=history');
    await see(page, WHY, RENAMED);
    await press('Roll back');
    await see(page, 'Roll back to version');
    await close();
  });

  test('in what no config may hold, with all that is wrong with it', async () => {
    await go('configs/dd_04');
    await see(page, hostileText('part'), 'is not a known key', 'strategy_config.max_loss');
  });

  test('in templates, and in addresses of nothing', async () => {
    await go('new');
    await see(page, HOSTILE_TEMPLATE, plantedText('metadata.name'));
    await go(`new/${encodeURIComponent(HOSTILE_TEMPLATE)}`);
    await see(page, plantedText('metadata.exchange'));
    await go(`new/${encodeURIComponent(HOSTILE_ID)}`);
    await see(page, `There is no template "${HOSTILE_ID}".`);
    await go(`configs/${encodeURIComponent(HOSTILE_ID)}`);
    await see(page, `has the id ${HOSTILE_ID}.`);
  });

  test('in logs, the audit, the ends of processes and what the doctor finds', async () => {
    await go('log');
    await see(page, hostileText('stderr'));
    await go(`log?q=${encodeURIComponent(hostileText('stderr'))}`);
    await see(page, hostileText('stderr'));
    await go('events');
    await see(page, HOSTILE_ID, hostileText('venue'), WHY);
    await go(`events?ids=${encodeURIComponent(HOSTILE_ID)}`);
    await see(page, `Only ${HOSTILE_ID}`);
    await go('events?tab=exits');
    await see(page, hostileText('stderr'));
    await go('doctor');
    await see(page, hostileText('database'));
  });

  test('on the page of the instance, in every tab', async () => {
    await page.goto(fleet.pageUrl);
    await see(page, RENAMED, HOSTILE_SYMBOL, plantedText('daemon_config.script_path'));
    for (const tab of ['Fills', 'Orders', 'Events', 'Receipts', 'Log']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await page.getByRole('tabpanel', { name: tab }).waitFor();
      await see(page);
    }
    const line = page.getByRole('log').getByText(plantedText('daemon_config.script_path'));
    await line.first().waitFor();
    for (const action of ['Adjust …', 'Compare position …', 'Stop …']) {
      await press(action);
      await dialog().waitFor();
      await see(page);
      await close();
    }
  });

  test('every text was shown to the letter, no secret, and nothing was asked', () => {
    const known = FREE_KEYS.filter((path) => !HIDDEN_KEYS.includes(path)).map(plantedText);
    expect(known.filter((text) => !isIn(shown, text))).toEqual([]);
    for (const path of HIDDEN_KEYS) expect(shown).not.toContain(`act('${path}')`);
    expect(dialogs).toEqual([]);
  });

  test('no file of such a name is an instance, or comes back from the archive', async () => {
    const read = async (path: string) => await (await fetch(`${fleet.consoleUrl}${path}`)).text();
    expect(await read('/api/configs')).not.toContain(`act('file')`);
    expect(await read('/api/archived')).not.toContain(`act('archive')`);
    const name = encodeURIComponent(`${HOSTILE_ID}.2026-01-01.json`);
    const answer = await fetch(`${fleet.consoleUrl}/api/archived/${name}/restore`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ note: '' }),
    });
    expect(await answer.json()).toMatchObject({ code: 'CONFIG_NOT_FOUND' });
  });

  test('the policy had nothing to stop', () => {
    // What does not exist was asked for.
    const asked = /status of 404 .*\/api\/(configs|templates)\/%3Cimg/;
    expect(browser.complaints.filter((complaint) => !asked.test(complaint))).toEqual([]);
  });

  test('without the policy it is the pages which keep them texts', async () => {
    await page.context().close();
    page = await visitor({ bypassCSP: true });
    await page.goto(fleet.pageUrl);
    // The policy is off indeed: what the page would never do is possible.
    expect(await page.evaluate(MADE_MARKUP)).toBe(true);
    await page.goto(fleet.pageUrl);
    await see(page, RENAMED, HOSTILE_SYMBOL, plantedText('daemon_config.script_path'));
    await go('fleet');
    await see(page, RENAMED, HOSTILE_SYMBOL, hostileText('venue'));
    await go('configs/aa_01?tab=history');
    await see(page, WHY, RENAMED);
    await go('log');
    await see(page, hostileText('stderr'));
    await go('events');
    await see(page, HOSTILE_ID, WHY);
  });
});
