/**
 * What Backpack lets an account send: 2000 requests a minute, of which those that read candles and
 * past trades of a market are limited by themselves. What it counts for a batch is not documented;
 * one request is assumed.
 */
import type { Cost } from '../wire/rate-limit.ts';

export const LIMITS = { requests: 2000, candles: 30 } as const;

export const ONE: Cost = { requests: 1 };
export const CANDLES: Cost = { requests: 1, candles: 1 };
