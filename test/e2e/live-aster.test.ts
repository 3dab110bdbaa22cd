/** A live instance on Aster's protocol, signed by an agent, from its first check to a panic. */
import { asterKind } from '../../src/exchange/aster/index.ts';
import { asterFace } from '../../src/exchange/sim/aster/index.ts';
import { liveStory } from './live-story.ts';

liveStory({
  kind: asterKind,
  face: asterFace,
  symbol: 'SOLUSDT',
  quote: 'USDT',
  credentials: ['account_address', 'private_key'],
  secret: ['private_key'],
  signature: /signature=0x/,
});
