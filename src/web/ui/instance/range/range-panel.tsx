/**
 * The range in exact numbers beside the handles of the chart, and what a change of it would do, as
 * the engine in this page computes it. Apply asks once; then it is shown how the grid gets there.
 */
import { Button } from '@mantine/core';
import { memo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdjustRequest } from '../../../../contract/instance-api.ts';
import { ApplyRange } from './apply-range.tsx';
import { Convergence } from './convergence.tsx';
import { GridInputs, PositionChoice } from './grid-inputs.tsx';
import { PreviewFacts } from './preview-facts.tsx';
import type { RangeDraft } from './range-draft.ts';

export interface RangePanelProps {
  readonly draft: RangeDraft;
  /** The run is over: nothing can be applied. */
  readonly over: boolean;
  /** What becomes of missing inventory can be chosen: not of a neutral grid, which has none. */
  readonly choosesPosition: boolean;
}

const NUMBERS = ['lower', 'upper', 'grids', 'quantity'] as const;

/** Drawn anew when the draft changes, not with every price. */
export const RangePanel = memo(function RangePanel(props: RangePanelProps) {
  const { t } = useTranslation();
  // As it was when Apply was pressed: once it is applied the fields ask for nothing any more.
  const [asked, setAsked] = useState<AdjustRequest | null>(null);
  const [applied, setApplied] = useState(false);
  const { draft, over } = props;
  const { fields, set, request, preview, reset } = draft;
  const changed = request !== null;
  const refused = preview !== null && 'problems' in preview;
  const escape = ({ key, target, currentTarget }: KeyboardEvent) => {
    // A dialog is no part of the panel: its Escape closes it and gives up nothing.
    if (key === 'Escape' && currentTarget.contains(target as Node)) reset();
  };
  return (
    <section
      className="range"
      aria-label={t('range.title')}
      data-part="range"
      data-changed={changed}
      onKeyDown={escape}
    >
      <div className="range-fields">
        <GridInputs fields={fields} set={set} names={NUMBERS} />
        {props.choosesPosition && <PositionChoice fields={fields} set={set} />}
        <div className="range-buttons">
          <Button variant="default" disabled={!changed} onClick={reset}>
            {t('range.reset')}
          </Button>
          <Button disabled={!changed || refused || over} onClick={() => setAsked(request)}>
            {t('range.apply')}
          </Button>
        </div>
      </div>
      {over && <p className="quiet small">{t('range.over')}</p>}
      {changed ? (
        <PreviewFacts preview={preview} />
      ) : (
        <p className="quiet small">{t('range.hint')}</p>
      )}
      {applied && <Convergence done={() => setApplied(false)} />}
      <ApplyRange
        request={asked}
        applied={() => setApplied(true)}
        close={(done) => {
          setAsked(null);
          if (done) reset();
        }}
      />
    </section>
  );
});
