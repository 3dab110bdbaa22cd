/**
 * Every text of a config, as an attacker would write it: it is taken to the letter, or refused at its
 * own key. What is taken is shown to a browser in test/e2e/pages/attacks.test.ts.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { loadConfigText } from '../../src/registry/index.ts';
import { smallConfig, tempHome } from '../registry/temp-home.ts';
import { FREE_KEYS, HOSTILE_SYMBOL, hostileText, plantedAt, textAt, textKeys } from './planted.ts';

const KEYS = textKeys();

/** What is read of `config`, or why it is refused. */
function read(config: object) {
  const home = tempHome();
  const file = join(home.active, 'aa_01.json');
  try {
    return { config: loadConfigText(home, file, JSON.stringify(config)).config };
  } catch (thrown) {
    if (thrown instanceof GriddError) return { problems: thrown.problems };
    throw thrown;
  }
}

describe('a hostile text in a config', () => {
  it('is tried at every key that takes one', () => {
    expect(KEYS.length).toBeGreaterThan(50);
    const paths = KEYS.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining([...FREE_KEYS, 'strategy_config.max_loss']));
  });

  it.each(KEYS)('$path takes it to the letter, or refuses it there', (key) => {
    const text = key.path === 'metadata.symbol' ? HOSTILE_SYMBOL : hostileText(key.path);
    const { config, problems } = read(plantedAt(smallConfig(), key, text));
    if (config !== undefined) {
      expect(FREE_KEYS).toContain(key.path);
      expect(textAt(config, key)).toBe(text);
      return;
    }
    expect(FREE_KEYS).not.toContain(key.path);
    // One problem, at the key itself or at the item of its list.
    expect(problems?.map(({ path }) => path.replace('[0]', ''))).toEqual([key.path]);
  });

  it('has no characters that steer a terminal, at any key', () => {
    for (const key of KEYS.filter(({ path }) => FREE_KEYS.includes(path))) {
      const { problems } = read(plantedAt(smallConfig(), key, 'a\u001b[2Jb\u0000'));
      expect([key.path, problems?.length]).toEqual([key.path, 1]);
    }
  });

  it('is told from control characters where it is only of another form', () => {
    const daemon_config = { web_allowed_hosts: [hostileText('host')] };
    const { problems } = read({ ...smallConfig(), daemon_config });
    expect(problems?.map(({ message }) => message)).toEqual(['is not of the form it must have']);
    expect(problems?.[0]?.allowed).toContain('"name:port"');
  });

  it('names no variable of the environment', () => {
    const environment = { [hostileText('name')]: 'any' };
    const { problems } = read({ ...smallConfig(), daemon_config: { environment } });
    expect(problems?.map(({ message }) => message)).toEqual(['is no name of a variable']);
  });
});
