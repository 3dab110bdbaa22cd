/** What is worth knowing of a config that may be saved, a line each. */
import { useTranslation } from 'react-i18next';
import type { CodedText } from '../../../../contract/said-codes.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { codedWords } from '../../words/said-words.ts';

interface Props {
  readonly warnings: readonly string[];
  /** Warnings that have a code. */
  readonly coded: readonly CodedText[];
}

export function WarningLines({ warnings, coded }: Props) {
  const { t, i18n } = useTranslation();
  return warnings.map((warning) => (
    <p className="attention small" key={warning}>
      ▲ <SaidText {...codedWords(t, i18n.language, warning, coded)} />
    </p>
  ));
}
