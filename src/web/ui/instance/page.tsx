/** The instance page as a whole: where each part stands on a wide screen and on a phone. */
import { Container, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { StreamMark } from '../shell/stream-mark.tsx';
import { topics, useInstance } from './instance-topics.ts';
import { Lower } from './lower.tsx';

export function InstancePage() {
  const { t } = useTranslation();
  const status = useInstance('status');
  if (status === undefined) return <Text p="md">{t('common.loading')}</Text>;
  return (
    <Container fluid p="md">
      <Stack gap="md">
        <header>
          <Title order={1} size="h4">
            {status.name}
          </Title>
          <StreamMark topics={topics} />
        </header>
        <Lower />
      </Stack>
    </Container>
  );
}
