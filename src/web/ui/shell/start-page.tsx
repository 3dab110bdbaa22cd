/** Mounts a page: theme, language, queries, and the nonce that lets libraries add their styles. */
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { startWords } from '../words/index.ts';
import { isServed } from './page-source.ts';
import { SessionDialog } from './session-dialog.tsx';
import { theme } from './theme.ts';

/**
 * Data is asked again when a mark of the stream moves, never by coming back, and by time only while
 * what was read lacks something.
 */
const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: Infinity, refetchOnWindowFocus: false, retry: 1 },
    mutations: { retry: false },
  },
});

/** Stand alone where no language could be loaded, so in both. */
const UNANSWERED =
  'The page could not be loaded: gridd does not answer. Reload it once it runs. ' +
  '無法載入頁面：gridd 沒有回應。待其恢復運行後請重新載入。';
const FILE_MISSING =
  'A file of the page could not be loaded, though gridd answers: it may have been upgraded. ' +
  'Load the page again. ' +
  '無法載入頁面的檔案，但 gridd 有回應：可能剛升級過。請重新載入頁面。';

/** As high as a notice may be: one that holds a whole receipt. */
const RECEIPT_PX = 600;

/** Shows `page`; called once. */
export async function startPage(page: ReactNode): Promise<void> {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  setNonce(nonce);
  const root = document.getElementById('root');
  if (root === null) return;
  try {
    await startWords();
  } catch {
    root.textContent = (await isServed(location.href)) ? FILE_MISSING : UNANSWERED;
    return;
  }
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
          <Notifications position="bottom-right" notificationMaxHeight={RECEIPT_PX} />
          {page}
          <SessionDialog />
        </MantineProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
