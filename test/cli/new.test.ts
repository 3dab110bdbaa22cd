/** `gridd new`: the id as a word or as an option, and what to type where something is missing. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf, gridd, makeHome } from './cli-harness.ts';

const files = { 'config/templates/mine.json': configOf('mine', 5001) };

describe('new', () => {
  it.each([
    ['a word', ['new', 'mine', 'a']],
    ['a word after an option', ['new', 'mine', '--json', 'a']],
    ['an option', ['new', 'mine', '--id', 'a']],
    ['an option before the template', ['new', '--id', 'a', 'mine']],
    ['both, and they agree', ['new', 'mine.json', 'a', '--id', 'a']],
  ])('takes the id as %s', async (_how, line) => {
    const home = makeHome(files);
    expect(await gridd(home, line)).toMatchObject({ exit: 0, err: '' });
    const made: unknown = JSON.parse(readFileSync(join(home.active, 'a.json'), 'utf8'));
    expect(made).toMatchObject({ metadata: { instance_id: 'a' } });
  });

  it.each([
    ['both', ['new'], 'The template is missing.', 'TEMPLATE ID'],
    ['the template', ['new', '--id', 'a'], 'The template is missing.', 'TEMPLATE a'],
    ['the id', ['new', 'mine'], 'The id of the new instance is missing.', 'mine ID'],
    ['the id', ['new', 'mine.json'], 'The id of the new instance is missing.', 'mine.json ID'],
    [
      'the template, for the word is none',
      ['new', 'my_01'],
      'A template and an id are needed, and "my_01" is no template.',
      'TEMPLATE my_01',
    ],
    [
      'the template, and the word can be no id',
      ['new', 'My 01'],
      'A template and an id are needed, and "My 01" is no template.',
      'TEMPLATE ID',
    ],
  ])('says what to type where %s is missing (%j)', async (_what, line, sentence, typed) => {
    const home = makeHome(files);
    const { exit, out, err } = await gridd(home, line);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    const [first, hint] = err.split('\n');
    expect(first).toBe(`USAGE: ${sentence}`);
    expect(hint).toContain(`Type \`gridd new ${typed}\`.`);
    // The templates stand there where one is to be chosen.
    expect(/The templates are: .*\bmine\b.*\bneutral\b/.test(hint ?? '')).toBe(
      typed.startsWith('TEMPLATE'),
    );
    expect(readdirSync(home.active)).toEqual([]);
  });

  it('refuses two ids, a template that is none and an id that is none', async () => {
    const home = makeHome(files);
    const two = await gridd(home, ['new', 'mine', 'a', '--id', 'b']);
    expect(two).toMatchObject({ exit: 2, out: '' });
    expect(two.err).toMatch(/^USAGE: Two different ids .*\n {2}Give one: `gridd new TEMPLATE ID`/);
    const unknown = await gridd(home, ['new', 'mien', 'a']);
    expect(unknown.err).toMatch(/^TEMPLATE_UNKNOWN: .*"mien".*\n {2}Did you mean mine\?/);
    const odd = await gridd(home, ['new', 'mine', 'A b']);
    expect(odd.err).toMatch(/^INSTANCE_ID_INVALID: The instance id "A b" \(given\) is not allowed/);
    expect(readdirSync(home.active)).toEqual([]);
  });

  it('completes no instance as the id of a new one', async () => {
    const home = makeHome({ ...files, 'config/active/a1.json': configOf('a1', 5002) });
    const line = ['__complete', '--', '--home', home.folder, 'new', 'mine', ''];
    expect(await gridd(home, line)).toEqual({ exit: 0, out: ':none\n', err: '' });
  });
});
