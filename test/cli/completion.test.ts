/** What may stand at the cursor: read from the tree of verbs, so it never lags behind it. */
import { Argument, Command, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { choiceAt } from '../../src/cli/completion.ts';
import { configOf, gridd, makeHome, recordOf, registryOf } from './cli-harness.ts';

function tree(): Command {
  const program = new Command('gridd').option('--home <folder>', 'home');
  program.command('hidden', { hidden: true });
  const light = program.command('light').description('a light');
  light.command('on').option('-l, --level <level>', 'how bright').argument('[ids...]');
  light
    .command('paint')
    .addArgument(new Argument('<colour>', 'its colour').choices(['red', 'green']))
    .addOption(new Option('--with <what>', 'tool').choices(['brush', 'roll']))
    .option('--plan <file>', 'a plan')
    .argument('[id]');
  return program;
}

function words(line: string): string[] {
  return choiceAt(tree(), line.split(' ')).words.map(({ value }) => value);
}

function place(line: string) {
  const { source, prefix, typed } = choiceAt(tree(), line.split(' '));
  return { source, prefix, typed };
}

describe('the cursor stands at', () => {
  test('a verb, not a hidden one', () => {
    expect(words('')).toEqual(['light', 'help']);
    expect(words('light ')).toEqual(['on', 'paint', 'help']);
    expect(words('--home /x light ')).toEqual(['on', 'paint', 'help']);
    expect(words('--home=/x light ')).toEqual(['on', 'paint', 'help']);
    expect(words('--home = /x light ')).toEqual(['on', 'paint', 'help']);
  });

  test('an option, also one of the whole program', () => {
    expect(words('light on -')).toEqual(['--level', '--help', '--home']);
    expect(words('light on --')).toEqual(['--level', '--help', '--home']);
    expect(words('light on -- --')).toEqual([]);
  });

  test('the value of an option', () => {
    expect(words('light paint --with ')).toEqual(['brush', 'roll']);
    expect(place('light paint --plan ')).toEqual({ source: 'configs', prefix: '', typed: '' });
    expect(place('light paint --plan=a')).toEqual({
      ...{ source: 'configs', prefix: '--plan=', typed: 'a' },
    });
    // As bash cuts it, the prefix stands already.
    expect(place('light paint --plan =')).toEqual({ source: 'configs', prefix: '', typed: '' });
    expect(place('light --home ')).toMatchObject({ source: 'folders' });
    expect(place('light on -l ')).toEqual({ source: null, prefix: '', typed: '' });
    expect(words('light on -l ')).toEqual([]);
    expect(words('light on --unknown=')).toEqual([]);
  });

  test('an argument, each of its own kind', () => {
    expect(words('light paint ')).toEqual(['red', 'green']);
    expect(place('light paint red ')).toMatchObject({ source: 'instances' });
    expect(place('light paint --with roll red ')).toMatchObject({ source: 'instances' });
    expect(place('light on a b ')).toMatchObject({ source: 'instances' });
    // Nothing more may be named: the options are what is left.
    expect(words('light paint red a ')).toEqual(['--with', '--plan', '--help', '--home']);
  });
});

describe('the hidden verb', () => {
  const home = () =>
    makeHome({
      'config/active/a1.json': configOf('a1', 5001),
      'config/active/b1.json': configOf('b1', 5002),
      'config/templates/wide.json': configOf('x', 5003),
      'logs/instances.json': registryOf({ a1: recordOf('a1'), old: recordOf('old') }),
    });

  async function said(...line: string[]): Promise<string[]> {
    const { exit, out, err } = await gridd(home(), ['__complete', '--', ...line], {});
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    return out.trimEnd().split('\n');
  }

  test('knows every verb of gridd', async () => {
    const { out } = await gridd(home(), ['--help']);
    const verbs = [...out.matchAll(/^ {2}([a-z][a-z-]+)(?= |\|)/gm)].map(([, verb]) => verb);
    const found = (await said('')).map((line) => line.split('\t')[0]);
    expect(verbs.length).toBeGreaterThan(15);
    expect(found).toEqual([...verbs, ':none']);
  });

  test.each(['--home', '--home='])('looks up instances, templates and configs (%s)', async (how) => {
    const { folder } = home();
    const named = how === '--home' ? ['--home', folder] : [`--home=${folder}`];
    expect(await said(...named, 'stop', '')).toEqual([
      'a1\tstopped',
      'b1\tnot started yet',
      'old\tstopped',
      ':none',
    ]);
    expect(await said(...named, 'stop', 'a1', '')).not.toContain('a1\tstopped');
    expect(await said(...named, 'stop', 'b')).toEqual(['b1\tnot started yet', ':none']);
    expect(await said(...named, 'new', 'w')).toEqual(['wide\ttemplate', ':none']);
    expect(await said(...named, 'start', '--config=')).toEqual([
      `--config=${folder}/config/active/a1.json\tconfig`,
      `--config=${folder}/config/active/b1.json\tconfig`,
      ':files',
    ]);
    expect(await said('--home', '')).toEqual([':folders']);
  });

  test('is silent in a home that cannot be read', async () => {
    const damaged = makeHome({ 'logs/instances.json': { version: 99, instances: {} } });
    const line = ['__complete', '--', '--home', damaged.folder, 'stop', ''];
    expect(await gridd(home(), line)).toEqual({ exit: 0, out: ':none\n', err: '' });
    expect(await said('--home', '/nowhere', 'stop', '')).toEqual([':none']);
  });

  test('is not shown, and the scripts are for three shells', async () => {
    expect((await gridd(home(), ['--help'])).out).not.toContain('__complete');
    const { exit, err } = await gridd(home(), ['completion', 'tcsh']);
    expect(exit).toBe(2);
    expect(err).toMatch(/^USAGE: .*bash, zsh, fish/);
  });
});
