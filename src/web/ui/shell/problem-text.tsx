/** What is wrong with a value and, in brackets, what would be allowed. */
import type { Problem } from '../../../contract/errors.ts';
import { allowedWords, problemWords } from '../words/said-words.ts';
import { SaidText } from './said-text.tsx';

export interface ProblemTextProps {
  readonly language: string;
  readonly problem: Problem;
}

/** "lines 1 and 2 fall on the same price 100 (at most 20 grids in this range)". */
export function ProblemText({ language, problem }: ProblemTextProps) {
  const { words, sentence } = problemWords(language, problem);
  const allowed = allowedWords(language, problem);
  const more = allowed === null ? '' : ` (${allowed})`;
  if (words !== null) return <SaidText words={words + more} sentence={sentence} />;
  return (
    <>
      <SaidText words={null} sentence={sentence} />
      {more}
    </>
  );
}
