/** The design room: grids as their configs would begin, before anything runs. It trades nothing. */
export { checkGrid } from './grid-design.ts';
export type { GridCheck } from './grid-design.ts';
export { designMarket } from './design-market.ts';
export type { DesignMarket } from './design-market.ts';
