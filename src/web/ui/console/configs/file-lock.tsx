/** Why the file of a config cannot be changed on the page at all; nothing where it can. */
import { useTranslation } from 'react-i18next';
import type { ReadOnlyKey } from '../../../../contract/console-api.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { toldWords } from '../../words/said-words.ts';

/** The path of a lock on the whole file. */
const WHOLE = '(file)';

export function FileLock({ readOnly }: { readonly readOnly: readonly ReadOnlyKey[] }) {
  const { i18n } = useTranslation();
  const lock = readOnly.find(({ path }) => path === WHOLE);
  if (lock === undefined) return null;
  return (
    <p className="attention" role="note" data-part="file-lock">
      ▲ <SaidText {...toldWords(i18n.language, lock.why_said, lock.why)} />
    </p>
  );
}
