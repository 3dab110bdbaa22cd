/** The money simulator's worlds over real sockets: our Aster client against the loopback Aster. */
import { describeWorlds } from './worlds.ts';

describeWorlds('aster', [1, 2, 3]);
