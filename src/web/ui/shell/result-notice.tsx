/** What came of an action: one sentence with its sign, then facts or a receipt below it. */
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface ResultNoticeProps {
  readonly tone: 'good' | 'attention' | 'bad';
  readonly title: string;
  readonly children?: ReactNode;
}

const SIGNS = { good: '✓', attention: '!', bad: '✕' } as const;
const CLASSES = { good: 'gain', attention: 'attention', bad: 'loss' } as const;

export function ResultNotice({ tone, title, children }: ResultNoticeProps) {
  return (
    <Stack gap="xs" role="status" data-result={tone}>
      <Text size="sm" fw={600} className={CLASSES[tone]}>
        {SIGNS[tone]} {title}
      </Text>
      {children}
    </Stack>
  );
}

/** Names and values beside each other, for receipts and previews. */
export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly exact?: string;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ name, value, exact }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={exact}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
