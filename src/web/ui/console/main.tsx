/** The fleet console: all instances of one home at a glance. */
import { follow } from '../live/follow.ts';
import { startPage } from '../shell/start-page.tsx';
import { topics } from './fleet-topics.ts';
import { ConsolePage } from './page.tsx';

follow(topics);
void startPage(<ConsolePage />);
