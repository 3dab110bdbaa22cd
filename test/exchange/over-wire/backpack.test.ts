/** The money simulator's worlds over real sockets: our Backpack client against the loopback Backpack. */
import { SEEDS } from './play.ts';
import { describeWorlds } from './worlds.ts';

describeWorlds('backpack', SEEDS.backpack);
