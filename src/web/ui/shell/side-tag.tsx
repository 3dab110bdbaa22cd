/** Buy or sell: word, sign and colour say the same. */
import { useTranslation } from 'react-i18next';
import type { Side } from '../../../contract/trading.ts';

export function SideTag({ side }: { readonly side: Side }) {
  const { t } = useTranslation();
  return (
    <span className={side}>
      <span aria-hidden="true">{side === 'buy' ? '▲ ' : '▼ '}</span>
      {t(`side.${side}`)}
    </span>
  );
}
