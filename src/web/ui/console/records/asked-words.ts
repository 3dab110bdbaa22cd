/**
 * What was asked of the fleet and what it changed, in words: the audit keeps JSON, a reader gets
 * names and values. What is as it always is (no, nothing) is left out.
 */
import { keyName, optionName } from '../../words/config-key-words.ts';
import type { Words } from '../../words/en.ts';
import { loadedWords } from '../../words/languages.ts';
import type { ConsoleT } from '../console-words.ts';

/** Values of a grid as verbs and answers call them, by the path of the same in a config. */
const GRID: ReadonlyMap<string, string> = new Map(Object.entries({
  lower: 'strategy_config.grid_lower_price',
  upper: 'strategy_config.grid_upper_price',
  grids: 'strategy_config.grid_num',
  quantity_per_grid: 'strategy_config.order_quantity',
  grid_lower_price: 'strategy_config.grid_lower_price',
  grid_upper_price: 'strategy_config.grid_upper_price',
  grid_num: 'strategy_config.grid_num',
  order_quantity: 'strategy_config.order_quantity',
  investment: 'strategy_config.investment',
  on_stop: 'strategy_config.on_stop',
}));

/** The words for `json`, "Lower price: 140; Number of grids: 20"; text that is no JSON as it is. */
export function askedWords(t: ConsoleT, language: string, json: string): string {
  try {
    return partsOf(t, language, '', JSON.parse(json)).join(t('console:asked_next'));
  } catch {
    return json;
  }
}

function partsOf(t: ConsoleT, language: string, path: string, value: unknown): string[] {
  if (value === null || value === false || value === '') return [];
  if (Array.isArray(value) && value.length === 0) return [];
  if (typeof value === 'object' && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => {
      const inside = path === '' ? (GRID.get(key) ?? key) : `${path}.${key}`;
      return partsOf(t, language, inside, inner);
    });
  }
  if (path === '') return [String(value)];
  const fact = { name: nameOf(t, language, path), value: textOf(t, language, path, value) };
  return [t('console:asked_fact', fact)];
}

function nameOf(t: ConsoleT, language: string, path: string): string {
  return isKnown(language, path) ? t(`console:asked.${path}`) : keyName(language, path);
}

function textOf(t: ConsoleT, language: string, path: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => keyName(language, String(each))).join(', ');
  // A name, though one of them reads as a direction.
  if (path === 'template') return String(value);
  const named = `${path}_${String(value)}`;
  if (isKnown(language, named)) return t(`console:asked.${named}`);
  return optionName(language, path, String(value));
}

function isKnown(language: string, key: string): key is keyof Words['console']['asked'] {
  return Object.hasOwn(loadedWords(language)?.console.asked ?? {}, key);
}
