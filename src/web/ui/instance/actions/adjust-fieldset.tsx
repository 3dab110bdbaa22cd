/** The fields of an adjust: range, number of grids, size in one of three ways, and the position. */
import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { exact, isSame, money, signedMoney, toneOf } from '../../format/amount.ts';
import { differenceOf } from '../../format/notional.ts';
import type { Failure } from '../../shell/api.ts';
import { SIZES, decimalOf } from './adjust-request.ts';
import type { AdjustFields } from './adjust-request.ts';

export interface AdjustFieldsetProps {
  readonly fields: AdjustFields;
  readonly status: StatusView;
  readonly disabled: boolean;
  readonly failure: Failure | null;
  readonly onChange: (change: Partial<AdjustFields>) => void;
}

export function AdjustFieldset(props: AdjustFieldsetProps) {
  const { fields, status, disabled, failure, onChange } = props;
  const { t } = useTranslation();
  const text = (name: 'lower' | 'upper' | 'grids', label: string, path: string) => (
    <TextInput
      label={label}
      value={fields[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      inputMode={name === 'grids' ? 'numeric' : 'decimal'}
      disabled={disabled}
      error={isWrong(failure, path)}
      autoComplete="off"
      style={{ flex: '1 1 7rem' }}
    />
  );
  return (
    <Stack gap="sm">
      <Text size="sm" className="quiet">
        {t('adjust.present', {
          range: `${exact(status.lower)} – ${exact(status.upper)}`,
          grids: status.grids,
          size: `${exact(status.quantity_per_grid)} ${status.base}`,
          price: exact(status.price),
        })}
      </Text>
      <Group gap="sm" align="flex-start">
        {text('lower', t('adjust.lower'), 'grid_lower_price')}
        {text('upper', t('adjust.upper'), 'grid_upper_price')}
        {text('grids', t('adjust.grid_num'), 'grid_num')}
      </Group>
      <div>
        <Text size="xs" fw={500} mb={2} id="adjust-size">
          {t('adjust.size')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="adjust-size"
          value={fields.sizeBy}
          onChange={(sizeBy) => onChange({ sizeBy })}
          disabled={disabled}
          data={SIZES.map((value) => ({ value, label: t(`adjust.size_${value}`) }))}
        />
      </div>
      <SizeField {...props} />
      {status.direction !== 'neutral' && (
        <div>
          <Text size="xs" fw={500} mb={2} id="adjust-position">
            {t('adjust.position')}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="adjust-position"
            value={fields.position}
            onChange={(position) => onChange({ position })}
            disabled={disabled}
            data={(['carry', 'rebalance'] as const).map((value) => {
              return { value, label: t(`adjust.position_${value}`) };
            })}
          />
          <Text size="xs" className="quiet" mt={2}>
            {t(`adjust.position_${fields.position}_means`)}
          </Text>
        </div>
      )}
    </Stack>
  );
}

function SizeField({ fields, status, disabled, failure, onChange }: AdjustFieldsetProps) {
  const { t } = useTranslation();
  if (fields.sizeBy === 'keep') return null;
  if (fields.sizeBy === 'quantity') {
    return (
      <TextInput
        label={`${t('adjust.quantity')} (${status.base})`}
        value={fields.quantity}
        onChange={(event) => onChange({ quantity: event.currentTarget.value })}
        inputMode="decimal"
        disabled={disabled}
        error={isWrong(failure, 'order_quantity')}
        autoComplete="off"
      />
    );
  }
  const present = status.investment;
  return (
    <TextInput
      label={`${t('adjust.investment')} (${status.quote})`}
      description={
        present === undefined
          ? undefined
          : t('adjust.investment_now', { amount: `${money(present)} ${status.quote}` })
      }
      value={fields.investment}
      onChange={(event) => onChange({ investment: event.currentTarget.value })}
      inputMode="decimal"
      disabled={disabled}
      error={isWrong(failure, 'investment')}
      autoComplete="off"
      rightSectionWidth={110}
      rightSection={present === undefined ? null : <Change of={fields.investment} from={present} />}
    />
  );
}

/** How much is added or taken away. */
function Change({ of, from }: { readonly of: string; readonly from: string }) {
  const { t } = useTranslation();
  const change = differenceOf(decimalOf(of), from);
  if (change === null || isSame(change, '0')) return null;
  return (
    <Text size="xs" className={toneOf(change)} title={t('adjust.change')}>
      {signedMoney(change)}
    </Text>
  );
}

function isWrong(failure: Failure | null, path: string): boolean {
  return failure?.problems?.some((problem) => problem.path === path) === true;
}
