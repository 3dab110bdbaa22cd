/** The engine's door: everything other rooms may use of it. */
export { sameGrid } from './adjust.ts';
export { auditIdentity, figures } from './figures.ts';
export { decodeState, encodeState } from './codec.ts';
export { decide } from './decide.ts';
export type { Decision } from './decide.ts';
export { carryRefusal } from './market-orders.ts';
export { design } from './design.ts';
export type { Design, DesignProblems } from './design.ts';
export type { DesignInput } from './design-input.ts';
export { problemOf } from './design-problem.ts';
export type { Problem } from './design-problem.ts';
export { apr, investmentOf } from './apr.ts';
export { effectiveLeverage } from './design-funds.ts';
export { designInPlace } from './adjust-wish.ts';
export type { Funds, Present } from './adjust-wish.ts';
export {
  dryRun,
  gridNow,
  heldBack,
  liquidationView,
  outOfRange,
  survivalProblems,
} from './dry-run.ts';
export type { DryRun, GridNow } from './dry-run.ts';
export { edgesOf } from './edges.ts';
export type { Edge } from './edges.ts';
export { liquidationInside, liquidations, restingOrders } from './liquidation.ts';
export type { Exposure, Liquidations, Resting } from './liquidation.ts';
export { initialMargin } from './margin.ts';
export { startOutlook } from './outlook.ts';
export type { Outlook } from './outlook.ts';
export { ladder, previewAdjust } from './views.ts';
export type { AdjustPreview } from './views.ts';
export { profitRange } from './lines.ts';
export type { ProfitRange } from './lines.ts';
export { carriesStop, gridState, initialState, liveOrders } from './state.ts';
export type { GridState } from './state.ts';
export type {
  AdjustDiff,
  EngineCommand,
  EngineEvent,
  Fences,
  GridFigures,
  GridPlan,
  LineView,
  LiveOrder,
  OrderRole,
} from './types.ts';
