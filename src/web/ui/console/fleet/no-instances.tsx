/** A fleet without instances: what one is, and the steps to the first that trades. */
import { Button, Center, Stack, Text } from '@mantine/core';
import { hrefOf } from '../address.ts';
import { useConsoleWords } from '../console-words.ts';
import { Unstarted } from './unstarted.tsx';
import type { UnstartedProps } from './unstarted.tsx';

export function NoInstances(props: UnstartedProps) {
  const { t } = useConsoleWords();
  const none = props.configs.length === 0;
  return (
    <Center p="xl">
      <Stack align="center" gap="sm" maw={520}>
        <Text fw={600}>
          {t(none ? 'console:empty.title' : 'console:empty.none_started')}
        </Text>
        <Text className="quiet" ta="center">
          {t('console:empty.text')}
        </Text>
        <Unstarted {...props} />
        {none && (
          <ol className="first-steps">
            <li>{t('console:empty.choose')}</li>
            <li>{t('console:empty.name')}</li>
            <li>{t('console:empty.start')}</li>
          </ol>
        )}
        <Button component="a" href={hrefOf('new')} variant={none ? 'filled' : 'default'}>
          + {t('console:new.open')}
        </Button>
        {none && (
          <div className="first-commands">
            <Text className="quiet" size="sm">
              {t('console:empty.terminal')}
            </Text>
            <code>gridd new neutral --id my_01</code>
            <code>gridd start my_01</code>
          </div>
        )}
        <a className="link small" href={hrefOf('configs')}>
          {t('console:empty.configs')}
        </a>
      </Stack>
    </Center>
  );
}
