/** The inputs of a grid: its numbers, and what becomes of inventory that its new lines miss. */
import { SegmentedControl, Text, TextInput } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { Failure } from '../../shell/api.ts';
import type { GridFields } from './grid-fields.ts';

type GridNumber = Exclude<keyof GridFields, 'position'>;

/** Where a refusal names them. */
const PATHS: Readonly<Record<GridNumber, string>> = {
  lower: 'grid_lower_price',
  upper: 'grid_upper_price',
  grids: 'grid_num',
  quantity: 'order_quantity',
};

export interface GridInputsProps {
  readonly fields: GridFields;
  readonly set: (change: Partial<GridFields>) => void;
  /** Those that are shown, in this order. */
  readonly names: readonly GridNumber[];
  readonly disabled?: boolean;
  /** What the fields asked for last was refused: those it names are marked. */
  readonly failure?: Failure | null;
}

export function GridInputs(props: GridInputsProps) {
  const { fields, set, names, disabled = false, failure = null } = props;
  const { t } = useTranslation();
  return names.map((name) => (
    <TextInput
      key={name}
      className="range-input"
      label={t(`range.${name}`)}
      value={fields[name]}
      inputMode={name === 'grids' ? 'numeric' : 'decimal'}
      disabled={disabled}
      error={isWrong(failure, PATHS[name])}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  ));
}

type PositionChoiceProps = Pick<GridInputsProps, 'fields' | 'set' | 'disabled'>;

export function PositionChoice({ fields, set, disabled = false }: PositionChoiceProps) {
  const { t } = useTranslation();
  const label = useId();
  return (
    <div className="range-position">
      <Text size="xs" fw={500} mb={2} id={label}>
        {t('range.position')}
      </Text>
      <SegmentedControl
        fullWidth
        aria-labelledby={label}
        value={fields.position}
        onChange={(position) => set({ position })}
        disabled={disabled}
        data={(['carry', 'rebalance'] as const).map((value) => {
          return { value, label: t(`range.position_${value}`) };
        })}
      />
    </div>
  );
}

export function isWrong(failure: Failure | null, path: string): boolean {
  return failure?.problems?.some((problem) => problem.path === path) === true;
}

/** A field's name as the page has it, for the path that a refusal names; others as they are. */
export function fieldName(t: TFunction, path: string): string {
  const bare = path.replace('strategy_config.', '');
  if (bare === 'investment') return t('adjust.investment');
  const name = (Object.keys(PATHS) as GridNumber[]).find((each) => PATHS[each] === bare);
  return name === undefined ? path : t(`range.${name}`);
}
