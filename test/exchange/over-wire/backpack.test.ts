/** The money simulator's worlds over real sockets: our Backpack client against the loopback Backpack. */
import { describeWorlds } from './worlds.ts';

describeWorlds('backpack', [1, 2, 3]);
