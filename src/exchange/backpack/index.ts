/** Backpack: perpetual futures, ED25519 keys. */
import type { VenueKind } from '../venue-kind.ts';
import { backpackData } from './backpack-data.ts';
import { CAPABILITIES, backpackVenue } from './backpack-venue.ts';

export const backpack: VenueKind = {
  name: 'backpack',
  rest_url: 'https://api.backpack.exchange',
  ws_url: 'wss://ws.backpack.exchange',
  credentials: [['api_key', 'secret_key']],
  capabilities: CAPABILITIES,
  open: backpackVenue,
  openData: backpackData,
};
