/** The page's colours for canvases, which cannot read CSS variables themselves. */
import type { KeyLook } from './chart-lines.ts';

type Named = 'buy' | 'sell' | 'gain' | 'loss' | 'quiet' | 'card' | 'line' | 'text';
export type Palette = Readonly<Record<Named | KeyLook, string>>;

/** The colours of the scheme that is in force now. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [gain, loss, quiet] = [of('gain'), of('loss'), of('quiet')];
  return {
    ...{ buy: of('buy'), sell: of('sell'), gain, loss, quiet },
    ...{ card: of('card'), line: of('line'), text: of('mantine-color-text') },
    ...{ entry: of('entry'), mark: quiet, stop: loss, profit: gain },
    ...{ trail: quiet, liquidation: loss },
  };
}
