/** The fleet console: all instances of one home at a glance. */
import { follow } from '../live/follow.ts';
import { startPage } from '../shell/start-page.tsx';
import { consoleEn } from '../words/console-en.ts';
import { consoleZhHant } from '../words/console-zh-hant.ts';
import { topics } from './fleet-topics.ts';
import { ConsolePage } from './page.tsx';

follow(topics);
void startPage(<ConsolePage />, {
  en: { console: consoleEn },
  'zh-Hant': { console: consoleZhHant },
});
