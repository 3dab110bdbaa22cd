/** The console as a whole: its views and where they stand. */
import { Container, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { StreamMark } from '../shell/stream-mark.tsx';
import { topics, useFleet } from './fleet-topics.ts';

export function ConsolePage() {
  const { t } = useTranslation();
  const rows = useFleet('rows');
  if (rows === undefined) return <Text p="md">{t('common.loading')}</Text>;
  return (
    <Container fluid p="md">
      <Stack gap="md">
        <StreamMark topics={topics} />
      </Stack>
    </Container>
  );
}
