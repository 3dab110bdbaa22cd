/**
 * Asks once before the grid is moved. What will happen is the bot's own answer to a dry run, not
 * the page's preview; the same request is then sent under one key, so that it acts once.
 */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdjustAnswer, AdjustRequest } from '../../../../contract/instance-api.ts';
import { exact } from '../../format/amount.ts';
import { post, tryOut } from '../../shell/api.ts';
import type { Answer } from '../../shell/api.ts';
import { ConfirmDialog } from '../../shell/confirm-dialog.tsx';
import { FailureText } from '../../shell/failure-text.tsx';
import { useInstance } from '../instance-topics.ts';
import { Convergence } from './convergence.tsx';
import { fieldName } from './grid-inputs.tsx';
import { Facts } from './preview-facts.tsx';
import { factsOf } from './preview.ts';

const ADJUST = '/api/grid/adjust';

export interface ApplyRangeProps {
  /** What is asked for; null: the dialog is closed. */
  readonly request: AdjustRequest | null;
  readonly applied: () => void;
  /** `done`: the grid was moved, what was tried out is in force now. */
  readonly close: (done: boolean) => void;
}

export function ApplyRange({ request, applied, close }: ApplyRangeProps) {
  const { t } = useTranslation();
  const done = useRef(false);
  const { data: dry } = useDryRun(request);
  const act = async (key: string): Promise<Answer<AdjustAnswer>> => {
    const answer = await post<AdjustAnswer>(ADJUST, request, key);
    if (answer.ok) {
      done.current = true;
      applied();
    }
    return answer;
  };
  const leave = () => {
    close(done.current);
    done.current = false;
  };
  return (
    <ConfirmDialog<AdjustAnswer>
      opened={request !== null}
      title={t('range.confirm_title')}
      confirm={t('range.confirm')}
      disabled={dry?.ok !== true}
      about={request}
      act={act}
      result={(answer) => <Done answer={answer} />}
      look={t('range.look')}
      onClose={leave}
    >
      <WhatWillHappen dry={dry} />
    </ConfirmDialog>
  );
}

function WhatWillHappen({ dry }: { readonly dry: Answer<AdjustAnswer> | undefined }) {
  const { t } = useTranslation();
  const status = useInstance('status');
  if (dry === undefined) return <p className="quiet">{t('range.asking_bot')}</p>;
  if (!dry.ok) return <FailureText failure={dry.error} nameOf={(path) => fieldName(t, path)} />;
  const { lower, upper, grids } = dry.value;
  return (
    <div>
      <p>
        {t('range.confirm_text', {
          name: status?.name,
          lower: exact(lower),
          upper: exact(upper),
          count: grids,
        })}
      </p>
      {status?.mode === 'live' && <p className="attention">! {t('range.confirm_live')}</p>}
      <Facts outcome={factsOf(dry.value)} />
    </div>
  );
}

function Done({ answer }: { readonly answer: AdjustAnswer }) {
  const { t } = useTranslation();
  return (
    <div>
      <p className="gain">✓ {t('range.applied')}</p>
      <Facts outcome={factsOf(answer)} />
      <Convergence />
    </div>
  );
}

/** The bot's answer to the request as a dry run; asked anew each time the dialog opens. */
function useDryRun(request: AdjustRequest | null) {
  return useQuery({
    queryKey: ['dry-run', request],
    enabled: request !== null,
    gcTime: 0,
    staleTime: 0,
    queryFn: () => tryOut<AdjustAnswer>(ADJUST, { ...request }),
  });
}
