/**
 * A light editor for config text: a text area over its own coloured copy, with line numbers and
 * marks beside lines that have a problem. The browser's own editing, undo and search stay.
 */
import { useEffect, useImperativeHandle, useMemo, useRef } from 'react';
import type { Ref } from 'react';
import { lineOf } from './config-text.ts';
import { tokensOf } from './text-tokens.ts';

const LINE_PX = 18;

/** A line (from 1) with what is wrong in it. */
export interface LineMark {
  readonly line: number;
  readonly text: string;
}

/** Lets others point at a place of the text. */
export interface EditorHandle {
  select(start: number, end: number): void;
}

interface Props {
  readonly label: string;
  readonly text: string;
  readonly onChange?: (text: string) => void;
  readonly marks?: readonly LineMark[];
  readonly handle?: Ref<EditorHandle>;
}

export function TextEditor({ label, text, onChange, marks = [], handle }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const pending = useRef<readonly [number, number] | null>(null);
  useImperativeHandle(handle, () => ({
    select(start, end) {
      pending.current = [start, end];
      show();
    },
  }));
  const show = () => {
    const [input, scroller] = [area.current, box.current];
    if (pending.current === null || input === null || scroller === null) return;
    const [start, end] = pending.current;
    pending.current = null;
    input.focus({ preventScroll: true });
    input.setSelectionRange(start, end);
    const top = (lineOf(input.value, start).line - 1) * LINE_PX;
    const inView = top >= scroller.scrollTop && top < scroller.scrollTop + scroller.clientHeight;
    if (!inView) scroller.scrollTop = Math.max(0, top - scroller.clientHeight / 3);
  };
  useEffect(show);
  const tokens = useMemo(() => tokensOf(text), [text]);
  const lines = text.split('\n').length;
  return (
    <div className="text-editor" ref={box}>
      <ol className="text-editor-lines" aria-hidden>
        {Array.from({ length: lines }, (_, index) => {
          const found = marks.filter(({ line }) => line === index + 1);
          return (
            <li
              key={index}
              className={found.length > 0 ? 'marked' : ''}
              title={found.map(({ text: why }) => why).join('\n')}
            >
              {found.length > 0 ? '▲' : ''} {index + 1}
            </li>
          );
        })}
      </ol>
      <div className="text-editor-text">
        <pre aria-hidden>
          {tokens.map((token, index) => (
            <span key={index} className={`token-${token.kind}`}>
              {token.text}
            </span>
          ))}
          {'\n'}
        </pre>
        <textarea
          ref={area}
          aria-label={label}
          value={text}
          readOnly={onChange === undefined}
          onChange={(event) => onChange?.(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          wrap="off"
        />
      </div>
    </div>
  );
}
