/** The console as a whole: bar, the view that the address names, and the supervisor's facts. */
import { Center, Loader, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Suspense, lazy } from 'react';
import { useStreamState } from '../live/topics.ts';
import type { Address } from './address.ts';
import { useAddress } from './address.ts';
import './console.css';
import './views.css';
import { topics, useFleet } from './fleet-topics.ts';
import { FleetView } from './fleet/fleet-view.tsx';
import { FootBar } from './foot-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { VerbDialogs } from './verbs/verb-dialog.tsx';
import { ViewBoundary } from './view-boundary.tsx';
import { useConsoleWords } from './console-words.ts';

const AccountsView = lazy(() => import('./accounts/accounts-view.tsx'));
const ConfigsView = lazy(() => import('./configs/configs-view.tsx'));
const ConfigView = lazy(() => import('./configs/config-view.tsx'));
const NewView = lazy(() => import('./configs/new-view.tsx'));
const LogView = lazy(() => import('./records/log-view.tsx'));
const EventsView = lazy(() => import('./records/events-view.tsx'));
const DoctorView = lazy(() => import('./records/doctor-view.tsx'));

export function ConsolePage() {
  const address = useAddress();
  const stream = useStreamState(topics);
  const known = useFleet('rows') !== undefined;
  return (
    <div className="console">
      <TopBar address={address} />
      <main className={stream.name === 'lost' && known ? 'console-main stale' : 'console-main'}>
        <ViewBoundary key={`${address.view}/${address.subject}`}>
          <Suspense fallback={<Waiting />}>{known ? viewOf(address) : <NothingYet />}</Suspense>
        </ViewBoundary>
      </main>
      <FootBar />
      <VerbDialogs />
    </div>
  );
}

function viewOf({ view, subject }: Address): ReactNode {
  switch (view) {
    case 'fleet':
      return <FleetView />;
    case 'accounts':
      return <AccountsView />;
    case 'configs':
      return subject === '' ? <ConfigsView /> : <ConfigView id={subject} />;
    case 'new':
      return <NewView template={subject} />;
    case 'log':
      return <LogView />;
    case 'events':
      return <EventsView />;
    case 'doctor':
      return <DoctorView />;
  }
}

function Waiting() {
  return (
    <Center p="xl">
      <Loader size="sm" />
    </Center>
  );
}

/** Before the first event: loading, or that the supervisor does not answer. */
function NothingYet() {
  const { t } = useConsoleWords();
  const lost = useStreamState(topics).name === 'lost';
  return (
    <Center p="xl">
      <Stack align="center" gap="xs">
        <Loader size="sm" />
        <Text size="sm">{lost ? t('console:no_supervisor') : t('common.loading')}</Text>
        {lost && <Text className="quiet">{t('console:no_supervisor_hint')}</Text>}
      </Stack>
    </Center>
  );
}
