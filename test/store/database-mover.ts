/**
 * A process that moves a database and is killed before one of its steps on files: argv is what it
 * does (move, replace), the file, the step's number (0: none), the other file. It prints how
 * many steps there were.
 */
import { writeFileSync } from 'node:fs';
import { moveDatabase, replaceDatabase } from '../../src/store/database-files.ts';
import { killBeforeStep } from '../fixtures/file-steps.ts';

const [deed = '', file = '', killedAt = '0', other = ''] = process.argv.slice(2);
const steps = killBeforeStep(Number(killedAt));
if (deed === 'move') moveDatabase(file, other);
else replaceDatabase(other, file, `${file}.aside`);
writeFileSync(1, `${steps()}\n`);
