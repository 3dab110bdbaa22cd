/**
 * The way of an adjust: fields, a preview by the bot itself, then exactly that request. Any change
 * of a field asks for a new preview; what is sent twice is the same request and acts once.
 */
import { useEffect, useState } from 'react';
import type { AdjustAnswer, AdjustRequest } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { post, tryOut } from '../../shell/api.ts';
import type { Failure } from '../../shell/api.ts';
import { useRequestKey } from '../../shell/confirm-dialog.tsx';
import { adjustFieldsOf, adjustRequestOf } from './adjust-request.ts';
import type { AdjustFields, SizeBy } from './adjust-request.ts';

const ROUTE = '/api/grid/adjust';

/** What the bot said would happen. */
export interface Previewed {
  readonly request: AdjustRequest;
  readonly answer: AdjustAnswer;
}

type Phase =
  | { readonly name: 'editing' | 'previewing' | 'applying' }
  | { readonly name: 'applied'; readonly answer: AdjustAnswer };

export interface Adjusting {
  readonly fields: AdjustFields;
  /** The fields ask for something. */
  readonly differs: boolean;
  readonly previewed: Previewed | null;
  readonly failure: Failure | null;
  readonly phase: Phase;
  readonly busy: boolean;
  readonly change: (more: Partial<AdjustFields>) => void;
  /** Previews, or applies what was previewed. */
  readonly submit: () => void;
}

/** One adjust while a dialog is open. */
export function useAdjust(opened: boolean, status: StatusView, sizeBy: SizeBy): Adjusting {
  const [fields, setFields] = useState<AdjustFields>(() => adjustFieldsOf(status, sizeBy));
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [phase, setPhase] = useState<Phase>({ name: 'editing' });
  const keyOf = useRequestKey(opened);
  const forget = () => {
    setPreviewed(null);
    setFailure(null);
    setPhase({ name: 'editing' });
  };
  useEffect(() => {
    if (!opened) return;
    setFields(adjustFieldsOf(status, sizeBy));
    forget();
    // The grid as it was when the dialog opened: figures that move must not move the fields.
  }, [opened, sizeBy]);
  const request = adjustRequestOf(fields, status);
  const preview = async (wanted: AdjustRequest) => {
    setPhase({ name: 'previewing' });
    setFailure(null);
    const answer = await tryOut<AdjustAnswer>(ROUTE, wanted);
    setPhase({ name: 'editing' });
    if (answer.ok) setPreviewed({ request: wanted, answer: answer.value });
    else setFailure(answer.error);
  };
  const apply = async (wanted: AdjustRequest) => {
    setPhase({ name: 'applying' });
    setFailure(null);
    const answer = await post<AdjustAnswer>(ROUTE, wanted, keyOf(wanted));
    if (answer.ok) return setPhase({ name: 'applied', answer: answer.value });
    setPhase({ name: 'editing' });
    setFailure(answer.error);
  };
  return {
    ...{ fields, previewed, failure, phase, differs: request !== null },
    busy: phase.name === 'previewing' || phase.name === 'applying',
    change: (more) => {
      setFields((before) => ({ ...before, ...more }));
      forget();
    },
    submit: () => {
      if (phase.name !== 'editing') return;
      if (previewed !== null) void apply(previewed.request);
      else if (request !== null) void preview(request);
    },
  };
}
