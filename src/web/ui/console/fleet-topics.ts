/** The topics of the console's stream, shared by all parts of the page. */
import type { FleetTopics } from '../../../contract/console-api.ts';
import { Topics, useTopic } from '../live/topics.ts';

export const topics = new Topics<FleetTopics>();

/** The newest value of a topic of the fleet; undefined before the first. */
export function useFleet<Name extends keyof FleetTopics>(
  name: Name,
): FleetTopics[Name] | undefined {
  return useTopic(topics, name);
}
