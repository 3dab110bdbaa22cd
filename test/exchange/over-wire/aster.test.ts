/** The money simulator's worlds over real sockets: our Aster client against the loopback Aster. */
import { SEEDS } from './play.ts';
import { describeWorlds } from './worlds.ts';

describeWorlds('aster', SEEDS.aster);
