/** The topics of this instance's stream, shared by all parts of its page. */
import type { InstanceTopics } from '../../../contract/page-api.ts';
import { Topics, useTopic } from '../live/topics.ts';

export const topics = new Topics<InstanceTopics>();

/** The newest value of a topic of this instance; undefined before the first. */
export function useInstance<Name extends keyof InstanceTopics>(
  name: Name,
): InstanceTopics[Name] | undefined {
  return useTopic(topics, name);
}
