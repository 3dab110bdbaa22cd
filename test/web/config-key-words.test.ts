/** The words for the keys of a config stand at keys that there are, in both languages alike. */
import { expect, test } from 'vitest';
import { guardedFormSchema } from '../../src/registry/index.ts';
import { fieldsOf } from '../../src/web/ui/console/configs/config-fields.ts';
import { configKeysEn } from '../../src/web/ui/words/config-keys-en.ts';
import { configKeysZhHant } from '../../src/web/ui/words/config-keys-zh-hant.ts';

type Schema = Parameters<typeof fieldsOf>[0];

test('every word stands at a field of the form, and a name in one language has one in the other', () => {
  const paths = fieldsOf(guardedFormSchema() as Schema).map(({ path }) => path);
  expect(paths).toContain('exchange_config.max_account_loss');
  for (const { names, help } of [configKeysEn, configKeysZhHant]) {
    const strangers = [...Object.keys(names), ...Object.keys(help)].filter(
      (path) => !paths.includes(path),
    );
    expect(strangers).toEqual([]);
  }
  expect(Object.keys(configKeysEn.names).sort()).toEqual(Object.keys(configKeysZhHant.names).sort());
});
