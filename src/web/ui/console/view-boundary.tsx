/** A view that fails says so in its place: bar and other views go on. */
import { Alert, Button, Code, Stack } from '@mantine/core';
import { Component, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { isServed } from '../shell/page-source.ts';
import { useConsoleWords } from './console-words.ts';
import { isUnloaded } from './view-fault.ts';

interface Props {
  readonly children: ReactNode;
}

/** Shows what went wrong instead of the view, until it is opened again. */
export class ViewBoundary extends Component<Props, { readonly fault: string | null }> {
  override state = { fault: null };

  static getDerivedStateFromError(error: unknown) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { fault } = this.state;
    return fault === null ? this.props.children : <Fault text={fault} />;
  }
}

function Fault({ text }: { readonly text: string }) {
  const { t } = useConsoleWords();
  return (
    <Alert color="red" m="md" title={t('console:view_failed')}>
      <Stack align="flex-start" gap="xs">
        {isUnloaded(text) ? <Unloaded /> : <Code>{text}</Code>}
        <Button variant="default" onClick={() => window.location.reload()}>
          {t('console:reload_page')}
        </Button>
      </Stack>
    </Alert>
  );
}

/** Why its file did not come; empty until that is known. */
function Unloaded() {
  const { t } = useConsoleWords();
  const [served, setServed] = useState<boolean | null>(null);
  useEffect(() => {
    void isServed(window.location.href).then(setServed);
  }, []);
  if (served === null) return null;
  return <span>{t(served ? 'console:view_outdated' : 'console:view_unloaded')}</span>;
}
