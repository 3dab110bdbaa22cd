/** Everything that should be known before the figures are read, the worst first. */
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { SaidText } from '../../shell/said-text.tsx';
import { noticesOf } from '../../words/state-words.ts';
import type { Notice } from '../../words/state-words.ts';

/** Signs that say the kind without a colour. */
const SIGNS: Readonly<Record<Notice['kind'], string>> = { alarm: '▲', warn: '!', info: 'i' };

export function Notices({ status }: { readonly status: StatusView }) {
  const { t, i18n } = useTranslation();
  const notices = noticesOf(t, i18n.language, status);
  if (notices.length === 0) return null;
  return (
    <ul className="notices" aria-label={t('notice.list')}>
      {notices.map(({ kind, text, sentence }) => (
        <li key={`${text} ${sentence}`} className={kind}>
          <span className="sign" aria-hidden>
            {SIGNS[kind]}
          </span>
          <span>
            <SaidText words={text} sentence={sentence ?? ''} />
          </span>
        </li>
      ))}
    </ul>
  );
}
