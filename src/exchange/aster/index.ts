/**
 * Aster: perpetual futures with two generations of keys. An agent wallet signs for the user (V3);
 * API keys made before they ended still work (V1).
 */
import type { VenueKind } from '../venue-kind.ts';
import { CAPABILITIES, NAME, openAsterVenue } from './client.ts';
import { openAsterData } from './data.ts';

export const asterKind: VenueKind = {
  name: NAME,
  rest_url: 'https://fapi.asterdex.com',
  ws_url: 'wss://fstream.asterdex.com',
  credentials: [
    ['account_address', 'private_key'],
    ['api_key', 'secret_key'],
  ],
  capabilities: CAPABILITIES,
  open: openAsterVenue,
  openData: openAsterData,
};
