/** A sentence of bot or supervisor, in the language of the page where that has words for it. */

export interface SaidTextProps {
  /** Words of the page; null: the sentence speaks for itself. */
  readonly words: string | null;
  /** The sentence as it was said, in English; it has the values. */
  readonly sentence: string;
}

/** The words of the page with the sentence beneath, or the sentence alone. */
export function SaidText({ words, sentence }: SaidTextProps) {
  if (words === null) return <span lang="en">{sentence}</span>;
  return (
    <>
      {words}
      {sentence !== '' && (
        <span className="said-sentence" lang="en">
          {sentence}
        </span>
      )}
    </>
  );
}
