/**
 * A failure in words: what did not happen, every field that was wrong, and what to do. What the
 * server said in English stands beneath where the page has words of its own for it.
 */
import { List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { errorWords, problemWords } from '../words/said-words.ts';
import type { Failure } from './api.ts';
import { SaidText } from './said-text.tsx';

export interface FailureTextProps {
  readonly failure: Failure;
  /** What to look at where the outcome is not known; else a general word. */
  readonly look?: string;
  /** A field's name as the page has it; fields are paths otherwise. */
  readonly nameOf?: (path: string) => string;
}

export function FailureText({ failure, look, nameOf = (path) => path }: FailureTextProps) {
  const { t, i18n } = useTranslation();
  const { code, message, problems = [] } = failure;
  const lost = code === 'NO_ANSWER' || code === 'OUTCOME_UNKNOWN';
  const own = lost ? null : errorWords(i18n.language, code);
  const unsure = code === 'OUTCOME_UNKNOWN' ? (look ?? t('failure.look')) : t('failure.repeat');
  return (
    <Stack gap={4} role="alert" data-failure={code}>
      <Text size="sm" className={code === 'OUTCOME_UNKNOWN' ? 'attention' : 'loss'} fw={600}>
        {code === 'OUTCOME_UNKNOWN' ? '? ' : '✕ '}
        {lost ? t(`failure.${code}`) : <SaidText words={own?.what ?? null} sentence={message} />}
      </Text>
      {problems.length > 0 && (
        <List size="sm" spacing={2}>
          {problems.map((problem) => (
            <List.Item key={`${problem.path} ${problem.message}`}>
              {t('failure.field', { name: nameOf(problem.path) })}
              <SaidText {...problemWords(i18n.language, problem)} />
            </List.Item>
          ))}
        </List>
      )}
      <Text size="sm" className="quiet">
        {lost ? unsure : <SaidText words={own?.todo ?? null} sentence={failure.hint} />}
      </Text>
    </Stack>
  );
}
