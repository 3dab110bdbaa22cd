/**
 * Client ids: the instance's tag and our sequence number. The tag says whose order it is; the
 * store maps the number to its gap. At most 36 characters of [a-z0-9-], which every text venue
 * takes.
 */
import { createHash } from 'node:crypto';

/** Tag of an instance in one home: eight characters, the same at every start. */
export function clientTag(home: string, instanceId: string): string {
  return createHash('sha256').update(`${home}\0${instanceId}`).digest('hex').slice(0, 8);
}

/** The client id of our order number `id`. */
export function clientId(tag: string, id: number): string {
  return `g${tag}-${id}`;
}

/** Whether an order on the venue bears our mark. */
export function isOurs(tag: string, venueClientId: string): boolean {
  return venueClientId.startsWith(`g${tag}-`);
}
