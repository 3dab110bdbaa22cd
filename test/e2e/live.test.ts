/** A live instance on Backpack's protocol, from its first check to a panic. */
import { backpack } from '../../src/exchange/backpack/index.ts';
import { backpackFace } from '../../src/exchange/sim/backpack/index.ts';
import { liveStory } from './live-story.ts';

liveStory({
  kind: backpack,
  face: backpackFace,
  symbol: 'SOL_USDC_PERP',
  quote: 'USDC',
  credentials: ['api_key', 'secret_key'],
  secret: ['api_key', 'secret_key'],
  signature: /x-signature/i,
});
