/** Single figures of an instance: rounded for the eye, exact on hovering. */
import { decimalsFor, exact, signedMoney, toneOf } from '../../format/amount.ts';

const NONE = <span className="quiet">–</span>;

/** Money with its sign, e.g. "+12.30". */
export function Money({
  text,
  unit = '',
}: {
  readonly text: string | null;
  readonly unit?: string;
}) {
  if (text === null) return NONE;
  return (
    <span className={toneOf(text)} title={`${exact(text)} ${unit}`.trim()}>
      {signedMoney(text, decimalsFor(text))}
    </span>
  );
}

/** A yearly rate, e.g. "+12.3 %". */
export function Rate({ text }: { readonly text: string | null }) {
  if (text === null) return NONE;
  return <span className={toneOf(text)}>{signedMoney(text, 1)} %</span>;
}

/** A signed size as the venue has it. */
export function Size({
  text,
  base,
}: {
  readonly text: string | null;
  readonly base: string | null;
}) {
  if (text === null) return NONE;
  const side = text.startsWith('-') ? 'sell' : /[1-9]/.test(text) ? 'buy' : '';
  return (
    <span className={side} title={base ?? ''}>
      {exact(text)}
    </span>
  );
}

/** A count or measure; "–" for what is not known. */
export function Count({
  value,
  digits = 0,
}: {
  readonly value: number | null;
  readonly digits?: number;
}) {
  return value === null ? NONE : <>{value.toFixed(digits)}</>;
}
