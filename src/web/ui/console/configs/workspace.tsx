/**
 * A config being written: form and text side by side, both showing the same thing, and beside them
 * what it would become. The text is what counts; the form edits it in place.
 */
import { SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useRef, useState } from 'react';
import type { ReadOnlyKey } from '../../../../contract/console-api.ts';
import type { Problem } from '../../../../contract/errors.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { problemWords } from '../../words/said-words.ts';
import { useRoute } from '../requests.ts';
import { ConfigForm } from './config-form.tsx';
import type { SchemaNode } from './config-fields.ts';
import { keysOfPath, lineOf, placeOf } from './config-text.ts';
import { DesignPanel } from './design-panel.tsx';
import { fieldId } from './form-field.tsx';
import { ProblemList } from './problem-list.tsx';
import type { EditorHandle, LineMark } from './text-editor.tsx';
import { TextEditor } from './text-editor.tsx';
import type { Checked } from './use-check.ts';
import { WarningLines } from './warning-lines.tsx';
import { useConsoleWords } from '../console-words.ts';

const PANES = ['form', 'text', 'preview'] as const;
type Pane = (typeof PANES)[number];

interface Props {
  readonly text: string;
  readonly checked: Checked;
  readonly readOnly: readonly ReadOnlyKey[];
  readonly onChange: (text: string) => void;
}

export function Workspace({ text, checked, readOnly, onChange }: Props) {
  const { t, language } = useConsoleWords();
  const narrow = useMediaQuery('(max-width: 75em)', undefined, { getInitialValueInEffect: false });
  const [pane, setPane] = useState<Pane>('form');
  const schema = useRoute<SchemaNode>('/api/config-schema');
  const editor = useRef<EditorHandle>(null);
  const shows = (each: Pane) => !narrow || pane === each;
  const jump = (problem: Problem) => {
    const field = document.getElementById(fieldId(problem.path));
    if (field !== null) {
      field.scrollIntoView({ block: 'center' });
      return field.focus();
    }
    if (narrow) setPane('text');
    const [start, end] = placeInText(text, checked, problem);
    editor.current?.select(start, end);
  };
  const units = unitsOf(checked);
  return (
    <div className="workspace">
      {narrow && (
        <SegmentedControl
          fullWidth
          aria-label={t('console:form.pane')}
          value={pane}
          onChange={(value) => setPane(value as Pane)}
          data={PANES.map((value) => ({ value, label: t(`console:form.panes.${value}`) }))}
        />
      )}
      <div className="workspace-panes">
        {shows('form') && (
          <section className="card workspace-pane" aria-label={t('console:form.panes.form')}>
            {schema.failure !== null && <FailureText failure={schema.failure} />}
            {schema.value !== undefined && (
              <ConfigForm
                schema={schema.value}
                text={text}
                root={checked.root}
                problems={checked.problems}
                readOnly={readOnly}
                onChange={onChange}
                units={units}
              />
            )}
          </section>
        )}
        {shows('text') && (
          <section className="card workspace-pane text" aria-label={t('console:form.panes.text')}>
            <TextEditor
              label={t('console:form.panes.text')}
              text={text}
              onChange={onChange}
              marks={marksOf(text, checked, language, (code) => t(`console:json.${code}`))}
              handle={editor}
            />
          </section>
        )}
        {shows('preview') && (
          <section className="card workspace-pane" aria-label={t('console:form.panes.preview')}>
            <Verdict text={text} checked={checked} onJump={jump} />
          </section>
        )}
      </div>
    </div>
  );
}

/** What stands against it, else the grid it would be. */
function Verdict(props: {
  readonly text: string;
  readonly checked: Checked;
  readonly onJump: (problem: Problem) => void;
}) {
  const { t } = useConsoleWords();
  const { text, checked, onJump } = props;
  const { fault, problems, design, warnings, coded, settled, fresh, failure } = checked;
  const good = fault === null && problems.length === 0;
  return (
    <>
      <p className="verdict strong" role="status" data-verdict={verdictOf(checked)}>
        {good ? (
          <span className={settled ? 'gain' : 'quiet'}>
            {settled ? `✓ ${t('console:check.good')}` : t('console:check.asking')}
          </span>
        ) : (
          <span className="loss">
            ✕{' '}
            {fault === null
              ? t('console:check.bad', { count: problems.length })
              : t('console:check.no_json')}
          </span>
        )}
      </p>
      {failure !== null && <FailureText failure={failure} />}
      <ProblemList text={text} checked={checked} onJump={onJump} />
      {design !== null && (
        <DesignPanel {...{ design, warnings, coded }} stale={!fresh || !good} />
      )}
      {design === null && good && settled && (
        <>
          <WarningLines warnings={warnings} coded={coded} />
          <p className="quiet small">{t('console:check.no_design')}</p>
        </>
      )}
    </>
  );
}

function verdictOf({ fault, problems, settled }: Checked): string {
  if (fault !== null || problems.length > 0) return 'bad';
  return settled ? 'good' : 'asking';
}

function marksOf(
  text: string,
  { root, fault, problems }: Checked,
  language: string,
  faultWords: (code: NonNullable<Checked['fault']>['code']) => string,
): LineMark[] {
  if (fault !== null)
    return [{ line: lineOf(text, fault.offset).line, text: faultWords(fault.code) }];
  if (root === null) return [];
  return problems.map((problem) => {
    const { path } = problem;
    const { words, sentence } = problemWords(language, problem);
    const [, line] = /^(\d+):\d+$/.exec(path) ?? [];
    const at = placeOf(root, keysOfPath(path)).start;
    const number = line === undefined ? lineOf(text, at).line : Number(line);
    return { line: number, text: `${path}: ${words ?? sentence}` };
  });
}

function placeInText(text: string, { root, fault }: Checked, problem: Problem): [number, number] {
  if (root === null) return [fault?.offset ?? 0, (fault?.offset ?? 0) + 1];
  const [, line] = /^(\d+):\d+$/.exec(problem.path) ?? [];
  if (line !== undefined) {
    const lines = text.split('\n').slice(0, Number(line) - 1);
    const start = lines.reduce((sum, each) => sum + each.length + 1, 0);
    return [start, start];
  }
  const { start, end } = placeOf(root, keysOfPath(problem.path));
  return [start, end];
}

/** The currencies, as far as the market is known. */
function unitsOf({ market }: Checked): { base: string; quote: string } {
  return { base: market?.base ?? '', quote: market?.quote ?? '' };
}
