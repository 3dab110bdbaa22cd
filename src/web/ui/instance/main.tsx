/** The page of one instance: it shows what its bot says and sends what the user asks for. */
import { follow } from '../live/follow.ts';
import { startPage } from '../shell/start-page.tsx';
import { InstancePage } from './page.tsx';
import { topics } from './instance-topics.ts';

follow(topics);
void startPage(<InstancePage />);
