/** The bar above every view: where one can go, whether the figures live, and the look. */
import { Group } from '@mantine/core';
import { StreamMark } from '../shell/stream-mark.tsx';
import { SignOut } from '../shell/session-dialog.tsx';
import { LookSwitch } from '../shell/look-switch.tsx';
import type { Address, View } from './address.ts';
import { hrefOf } from './address.ts';
import { topics, useFleet } from './fleet-topics.ts';
import { needsAttention } from './fleet/row-order.ts';
import { useConsoleWords } from './console-words.ts';

const TABS: readonly View[] = ['fleet', 'accounts', 'configs', 'log', 'events', 'doctor'];

export function TopBar({ address }: { readonly address: Address }) {
  const { t } = useConsoleWords();
  const rows = useFleet('rows') ?? [];
  const attention = rows.filter(needsAttention).length;
  const here: View = address.view === 'new' ? 'configs' : address.view;
  return (
    <header className="top-bar">
      <a className="top-bar-name" href={hrefOf('fleet')}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden>
          <path d="M1 4h14M1 8h14M1 12h14" className="top-bar-sign" />
          <path d="M3 12l3-4 3 3 4-7" className="top-bar-sign strong-sign" />
        </svg>
        <h1>gridd</h1>
      </a>
      <nav aria-label={t('console:nav.label')}>
        {TABS.map((view) => (
          <a
            key={view}
            href={hrefOf(view)}
            className="top-bar-tab"
            aria-current={view === here ? 'page' : undefined}
          >
            {t(`console:nav.${view as Exclude<View, 'new'>}`)}
            {view === 'fleet' && rows.length > 0 && (
              <span className="top-bar-count">{rows.length}</span>
            )}
            {view === 'fleet' && attention > 0 && (
              <span
                className="top-bar-count attention"
                title={t('console:nav.attention', { count: attention })}
              >
                ▲{attention}
              </span>
            )}
          </a>
        ))}
      </nav>
      <Group gap="xs" ml="auto" wrap="nowrap" className="top-bar-end">
        <StreamMark topics={topics} />
        <SignOut />
        <LookSwitch />
      </Group>
    </header>
  );
}
