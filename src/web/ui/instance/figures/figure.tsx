/**
 * One figure with its name: rounded for the eye, the exact text in its tooltip and in `value`. What
 * is not known says so.
 */
import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { decimalsFor, exact, money, signedMoney, toneOf } from '../../format/amount.ts';

export interface FigureProps {
  readonly name: string;
  /** What it means, one sentence. */
  readonly about?: string;
  readonly children: ReactNode;
}

/** A row of a `dl`: name on the left, figure on the right. */
export function Figure({ name, about, children }: FigureProps) {
  return (
    <div className="figure">
      <dt {...(about === undefined ? {} : { title: about })}>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export interface AmountProps {
  /** Decimal text; undefined: not known. */
  readonly text: string | undefined;
  readonly unit?: string;
  /** With its sign and the colour of a gain or a loss. */
  readonly signed?: boolean;
  /** Why it is not known, instead of the general words. */
  readonly unknown?: string;
}

/** Money: at least two decimals, more where it is tiny. */
export function Amount({ text, unit, signed = false, unknown }: AmountProps) {
  if (text === undefined) return <Unknown {...(unknown === undefined ? {} : { why: unknown })} />;
  // Zeros that the exact text does not have would only look precise.
  const has = text.split('.')[1]?.length ?? 0;
  const places = Math.max(2, Math.min(decimalsFor(text), has));
  const shown = signed ? signedMoney(text, places) : money(text, places);
  return (
    <Exact text={text} unit={unit ?? ''}>
      <span className={signed ? toneOf(text) : ''}>{shown}</span>
    </Exact>
  );
}

/** A size or price: never rounded. */
export function Plain({ text, unit, unknown }: Omit<AmountProps, 'signed'>) {
  if (text === undefined) return <Unknown {...(unknown === undefined ? {} : { why: unknown })} />;
  return (
    <data value={text}>
      {exact(text)}
      <Unit unit={unit ?? ''} />
    </data>
  );
}

/** "–" with the reason for those who ask, and for those who listen. */
export function Unknown({ why }: { readonly why?: string }) {
  const { t } = useTranslation();
  const words = why ?? t('figures.not_told');
  return (
    <Tooltip label={words} events={{ hover: true, focus: true, touch: true }} multiline maw={280}>
      <span className="quiet">
        <span aria-hidden>–</span>
        <span className="heard">{words}</span>
      </span>
    </Tooltip>
  );
}

interface ExactProps {
  readonly text: string;
  readonly unit: string;
  readonly children: ReactNode;
}

function Exact({ text, unit, children }: ExactProps) {
  const label = unit === '' ? exact(text) : `${exact(text)} ${unit}`;
  return (
    <Tooltip label={label} events={{ hover: true, focus: true, touch: true }}>
      <data value={text}>
        {children}
        <Unit unit={unit} />
      </data>
    </Tooltip>
  );
}

function Unit({ unit }: { readonly unit: string }) {
  return unit === '' ? null : <span className="unit"> {unit}</span>;
}
