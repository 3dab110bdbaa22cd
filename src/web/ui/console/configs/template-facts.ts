/** What the text of a template says of its grid, in a line. PURE. */
import { optionName, venueName } from '../../words/config-key-words.ts';
import { nodeAt, parseText } from './config-text.ts';

/** Its mode, and its main values in a line. */
export function factsOf(text: string, language: string): { mode: string; main: string } {
  const parsed = parseText(text);
  const value = (...keys: string[]) => {
    const node = parsed.ok ? nodeAt(parsed.root, keys) : null;
    return node === null ? '' : String(node.value);
  };
  const strategy = (key: string) => value('strategy_config', key);
  const range = [strategy('grid_lower_price'), strategy('grid_upper_price')].join(' … ');
  const grids = strategy('grid_num');
  const main = [
    ...[venueName(language, value('metadata', 'exchange')), value('metadata', 'symbol')],
    ...[optionName(language, 'strategy_config.direction', strategy('direction')), range],
    grids === '' ? '' : `N ${grids}`,
  ];
  return {
    mode: value('exchange_config', 'mode') || 'paper',
    main: main.filter((fact) => fact !== '').join(' · '),
  };
}
