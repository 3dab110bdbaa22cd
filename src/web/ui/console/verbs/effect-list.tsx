/** What a verb will do to which instance: one line each, those it leaves alone last. */
import { exact } from '../../format/amount.ts';
import { RowMode } from '../fleet/state-mark.tsx';
import type { PlannedEffect, StopChoice } from './verb-plan.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly plan: readonly PlannedEffect[];
  /** How a stop goes; null: it is no stop. */
  readonly choice: StopChoice | null;
}

export function EffectList({ plan, choice }: Props) {
  const sorted = [...plan].sort((a, b) => Number(a.skipped) - Number(b.skipped));
  return (
    <ul className="effect-list" tabIndex={0}>
      {sorted.map((planned) => (
        <EffectLine key={planned.row.id} planned={planned} choice={choice} />
      ))}
    </ul>
  );
}

function EffectLine({
  planned,
  choice,
}: {
  readonly planned: PlannedEffect;
  readonly choice: Props['choice'];
}) {
  const { t } = useConsoleWords();
  const { row, effect, skipped } = planned;
  const ends = effect === 'stops' || effect === 'panics';
  return (
    <li className={skipped ? 'quiet' : ''} data-effect={effect}>
      <span className="effect-list-name">
        <b>{row.id}</b> <RowMode row={row} />
      </span>
      <span>
        {t(`console:effects.${effect}`)}
        {ends && <EndWords planned={planned} choice={choice} />}
        {effect === 'starts_live' && (
          <span className="effect-list-hint">
            {t('console:effects.first_live')} <code>gridd start {row.id}</code>
          </span>
        )}
      </span>
    </li>
  );
}

/** What becomes of orders and position, with what there is of them now. */
function EndWords({
  planned,
  choice,
}: {
  readonly planned: PlannedEffect;
  readonly choice: Props['choice'];
}) {
  const { t } = useConsoleWords();
  const { orders, position, row } = planned;
  const count = orders ?? 0;
  const ordersDo = choice === null ? 'cancel' : choice.orders;
  const positionDo = choice === null ? 'close' : choice.position;
  const size = position === null ? null : `${exact(position)} ${row.base ?? ''}`.trim();
  const flat = position !== null && !/[1-9]/.test(position);
  return (
    <span className="effect-list-hint">
      {orders === null
        ? t(`console:stop.some_orders_${ordersDo}`)
        : t(`console:stop.count_orders_${ordersDo}`, { count })}
      {' · '}
      {flat && t('console:stop.flat')}
      {!flat && size === null && t(`console:stop.some_position_${positionDo}`)}
      {!flat && size !== null && t(`console:stop.size_position_${positionDo}`, { size })}
    </span>
  );
}
