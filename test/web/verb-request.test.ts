/** Which verbs are asked for and under way at once, and which dialogs stand for them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  askFirstStart,
  askVerb,
  askedVerbs,
  toldTitle,
  whileUnderWay,
} from '../../src/web/ui/console/verbs/verb-request.ts';
import type { ConsoleT } from '../../src/web/ui/console/console-words.ts';
import { wordsIn } from '../../src/web/ui/words/languages.ts';
import type { Language } from '../../src/web/ui/words/languages.ts';

const RESTART = { verb: 'restart', ids: ['aa_01'] } as const;
const PAUSE = { verb: 'pause', ids: ['aa_01'] } as const;
const PANIC = { verb: 'panic', ids: null } as const;

/** The verbs that have a dialog, the open one in brackets. */
const shown = () => {
  const { open, asked } = askedVerbs();
  return asked.map(({ nr, verb }) => (nr === open ? `[${verb}]` : verb)).join(' ');
};
/** What the dialog that is open confirms, and how it is answered. */
function confirmed(): { readonly nr: number; readonly answer: () => Promise<void> } {
  const nr = askedVerbs().open ?? 0;
  let answer = () => {};
  const given = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const done = whileUnderWay(nr, () => given);
  return { nr, answer: () => (answer(), done) };
}

describe('the verbs that are asked for', () => {
  const forget = () => askVerb(null);
  beforeEach(forget);
  afterEach(forget);

  it('are one at a time while none is confirmed, each asking its own', () => {
    askVerb(RESTART);
    expect(shown()).toBe('[restart]');
    const first = askedVerbs().open;
    askVerb(null);
    // What it was about stays readable while it closes.
    expect(shown()).toBe('restart');
    askVerb(RESTART);
    expect([shown(), askedVerbs().open === first]).toEqual(['[restart]', false]);
    askVerb(PANIC);
    expect(shown()).toBe('[panic]');
  });

  it('are kept while they are under way, and found again by what they ask', async () => {
    askVerb(RESTART);
    const restart = confirmed();
    askVerb(null);
    askVerb(PAUSE);
    const pause = confirmed();
    expect(shown()).toBe('restart [pause]');
    askVerb({ ...RESTART, ids: ['bb_02'] });
    expect(shown()).toBe('restart pause [restart]');
    askVerb({ ...RESTART, ids: [...RESTART.ids] });
    expect([shown(), askedVerbs().open]).toEqual(['pause [restart]', restart.nr]);
    await pause.answer();
    expect(shown()).toBe('[restart]');
    // Answered before the reader's eyes, it stays until it is closed and another is asked for.
    await restart.answer();
    expect(shown()).toBe('[restart]');
    askVerb(null);
    askVerb(RESTART);
    expect(askedVerbs().asked).toEqual([{ ...RESTART, nr: askedVerbs().open, underWay: false }]);
    expect(askedVerbs().open).not.toBe(restart.nr);
  });

  it('are a first start as well, met again by whoever of it has not registered yet', async () => {
    const configs = ['aa_01', 'bb_02', 'cc_03'].map((id) => ({ id, mode: 'paper' as const }));
    askFirstStart(configs);
    const start = confirmed();
    askVerb(null);
    askFirstStart(configs.slice(1));
    expect([shown(), askedVerbs().open]).toEqual(['[start]', start.nr]);
    // Other configs, and an instance by its row, are other starts.
    askFirstStart([{ id: 'dd_04', mode: 'paper' }]);
    expect([shown(), askedVerbs().open === start.nr]).toEqual(['start [start]', false]);
    askVerb({ verb: 'start', ids: ['aa_01', 'bb_02', 'cc_03'] });
    expect([shown(), askedVerbs().open === start.nr]).toEqual(['start [start]', false]);
    await start.answer();
    expect(askedVerbs().asked.map(({ nr }) => nr)).toEqual([askedVerbs().open]);
  });

  it('are told with whom they are about, as many as have room, in the signs of the language', async () => {
    const told = async (language: Language, ids: readonly string[] | null) => {
      const words = await wordsIn(language);
      const t: ConsoleT = (key, values) => String(words(key as never, { ...values }));
      return toldTitle(t, t('console:verbs.title.start'), ids);
    };
    expect(await told('en', null)).toBe('Start instances');
    expect(await told('en', ['a', 'b'])).toBe('Start instances: a, b');
    expect(await told('en', ['a', 'b', 'c', 'd', 'e'])).toBe('Start instances: a, b, c, d … (5)');
    expect(await told('zh-Hant', ['a', 'b'])).toMatch(/：a、b$/);
  });
});
