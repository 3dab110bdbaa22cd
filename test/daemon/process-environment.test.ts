/** A process gets what it needs and nothing of anybody else. */
import { expect, test } from 'vitest';
import { processEnvironment, withoutSecrets } from '../../src/daemon/process-environment.ts';

test('general, named, configured and given variables, the later ones win', () => {
  const environment = processEnvironment({
    own: { PATH: '/bin', AWS_KEY: 'x', KEY: 'old', WEB_PORT: '1', NODE_OPTIONS: '--inspect' },
    file: { KEY: 'new', OTHER_BOT: 'secret' },
    named: ['KEY', 'ABSENT'],
    configured: { TZ: 'UTC', GRIDD_MARK: 'forged' },
    given: { GRIDD_MARK: 'h:id:1', GRIDD_HOME: '/h' },
  });
  expect(environment).toEqual({
    PATH: '/bin',
    KEY: 'new',
    TZ: 'UTC',
    GRIDD_MARK: 'h:id:1',
    GRIDD_HOME: '/h',
  });
});

test('secrets are blotted out wherever they stand', () => {
  expect(withoutSecrets('k=abcdef; again abcdef', ['abcdef', 'k'])).toBe(
    'k=[secret]; again [secret]',
  );
});
