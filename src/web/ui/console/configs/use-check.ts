/**
 * What is wrong with a config text and what grid it would be: its syntax at once, the grid from the
 * engine in this page where the market is known, and the supervisor's own check a moment later,
 * which has the last word.
 */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { ConfigCheck, DesignView } from '../../../../contract/console-api.ts';
import type { MarketRules } from '../../../../contract/market.ts';
import type { Problem } from '../../../../contract/errors.ts';
import type { CodedText } from '../../../../contract/said-codes.ts';
import type { Failure } from '../../shell/api.ts';
import { question } from '../../shell/api.ts';
import type { JsonNode, TextFault } from './config-text.ts';
import { parseText } from './config-text.ts';
import { previewOf } from './design-preview.ts';

const WAIT_MS = 350;

/** All that is known of a text at this moment. */
export interface Checked {
  /** The text as values; null while it cannot be read. */
  readonly root: JsonNode | null;
  readonly fault: TextFault | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Warnings that have a code. */
  readonly coded: readonly CodedText[];
  readonly design: DesignView | null;
  /** The market that was known last; null: none was. */
  readonly market: MarketRules | null;
  /** The file that would be written, relative to the home; null: not known yet. */
  readonly file: string | null;
  /** The supervisor has judged this very text. */
  readonly settled: boolean;
  /** The design is of this very text, by the supervisor or by the engine here. */
  readonly fresh: boolean;
  /** Why it could not judge. */
  readonly failure: Failure | null;
}

interface Known {
  readonly design: DesignView;
  readonly symbol: string;
  readonly exchange: string;
}

/** `id` null: of a config that has no name yet. */
export function useCheck(id: string | null, text: string): Checked {
  const parsed = useMemo(() => parseText(text), [text]);
  const [asked] = useDebouncedValue(text, WAIT_MS);
  const answer = useQuery({
    queryKey: ['check', id, asked],
    enabled: parseText(asked).ok,
    queryFn: async () => {
      const body = id === null ? { text: asked } : { id, text: asked };
      const given = await question<ConfigCheck>('/api/configs/check', body);
      // A value even when refused: what was known before must not vanish meanwhile.
      return { asked, given };
    },
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const given = answer.data?.given;
  const check = given?.ok === true ? given.value : null;
  const settled = check !== null && answer.data?.asked === text && !answer.isPlaceholderData;
  const known = useRef<Known | null>(null);
  if (settled && parsed.ok && check.design !== null) {
    known.current = { design: check.design, ...marketOf(parsed.root.value) };
  }
  const local = useMemo(() => {
    if (settled || !parsed.ok || known.current === null) return null;
    return previewOf(parsed.root.value, known.current);
  }, [settled, parsed]);
  const failure = given?.ok === false ? given.error : null;
  const market = known.current?.design.market ?? null;
  const fresh = settled || local !== null;
  const base = { file: check?.file ?? null, settled, fresh, failure, market };
  if (!parsed.ok) {
    const nothing = { problems: [], warnings: [], coded: [], design: check?.design ?? null };
    return { ...base, ...nothing, root: null, fault: parsed.fault, settled: false, fresh: false };
  }
  const { problems = [], warnings = [], coded = [], design = null } = local ?? check ?? {};
  return { ...base, root: parsed.root, fault: null, problems, warnings, coded, design };
}

function marketOf(config: unknown): Pick<Known, 'symbol' | 'exchange'> {
  const { metadata } = config as { metadata?: { symbol?: unknown; exchange?: unknown } };
  return {
    symbol: String(metadata?.symbol ?? ''),
    exchange: String(metadata?.exchange ?? 'paper'),
  };
}
