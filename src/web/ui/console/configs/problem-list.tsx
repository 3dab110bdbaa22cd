/** Everything that is wrong with a config: each says where, and leads there. */
import { UnstyledButton } from '@mantine/core';
import type { Problem } from '../../../../contract/errors.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { keyName } from '../../words/config-key-words.ts';
import { allowedWords, problemWords } from '../../words/said-words.ts';
import { lineOf } from './config-text.ts';
import type { Checked } from './use-check.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly text: string;
  readonly checked: Checked;
  readonly onJump: (problem: Problem) => void;
}

export function ProblemList({ text, checked, onJump }: Props) {
  const { t, language } = useConsoleWords();
  const { fault } = checked;
  const problems: readonly Problem[] =
    fault === null
      ? checked.problems
      : [{ path: placeText(text, fault.offset), message: t(`console:json.${fault.code}`) }];
  if (problems.length === 0) return null;
  const allowed = (problem: Problem) => {
    const words = allowedWords(language, problem);
    return words === null ? '' : ` · ${t('console:check.allowed')} ${words}`;
  };
  return (
    <ul className="problems">
      {problems.map((problem) => (
        <li key={`${problem.path} ${problem.message}`}>
          <UnstyledButton className="problem" onClick={() => onJump(problem)}>
            <b>{nameOf(language, problem.path)}</b>{' '}
            <SaidText {...problemWords(language, problem)} />
            <span className="quiet small">
              {problem.path}
              {allowed(problem)}
            </span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

function placeText(text: string, offset: number): string {
  const { line, column } = lineOf(text, offset);
  return `${line}:${column}`;
}

/** The name of a key; a place in the text stays as it is. */
function nameOf(language: string, path: string): string {
  return /^\d+:\d+$/.test(path) ? path : keyName(language, path);
}
