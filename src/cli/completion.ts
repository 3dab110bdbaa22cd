/**
 * What may stand where the cursor is, read from the command line's own tree of verbs: a verb or an
 * option that is added is completed from then on. PURE: what it cannot know (instances, files) it
 * names.
 */
import type { Argument, Command, Option } from 'commander';

/** A word with what it means. */
export interface Candidate {
  readonly value: string;
  readonly meaning: string;
}

/** Values that are looked up: our own instances, templates and configs; any file or folder. */
export type Source = 'instances' | 'templates' | 'configs' | 'folders';

/** What may be typed: these words, those of a source, each after `prefix`. */
export interface Choice {
  readonly words: readonly Candidate[];
  readonly source: Source | null;
  /** What of the present word stays as it is, e.g. "--config=". */
  readonly prefix: string;
  /** What was typed of the value so far. */
  readonly typed: string;
}

/** Where in the tree the words before the cursor lead. */
interface Place {
  command: Command;
  /** Arguments given so far. */
  given: number;
  /** An option whose value comes next. */
  open: Option | null;
  /** After "--" nothing is an option. */
  literal: boolean;
}

const SOURCES: Readonly<Record<string, Source>> = {
  id: 'instances',
  ids: 'instances',
  template: 'templates',
  file: 'configs',
  files: 'configs',
  folder: 'folders',
};

/** The choice for the last of `words`, the one at the cursor (it may be empty). */
export function choiceAt(program: Command, words: readonly string[]): Choice {
  // bash cuts words at "=": what it makes of --config=FILE is put together again.
  const whole = words.filter((word, at) => word !== '=' || at === words.length - 1);
  const last = whole.at(-1) ?? '';
  const typed = last === '=' ? '' : last;
  const place = placeAfter(program, whole.slice(0, -1));
  if (place.open !== null) return choice(valuesOf(place.open), typed);
  const assigned = /^(--[^=]+)=(.*)$/s.exec(typed);
  if (!place.literal && assigned !== null) {
    const [, name = '', value = ''] = assigned;
    const option = optionsOf(place.command).find(({ long }) => long === name);
    return choice(option === undefined ? NOTHING : valuesOf(option), value, `${name}=`);
  }
  const options = place.literal ? [] : optionWords(place.command);
  if (typed.startsWith('-')) return choice({ words: options, source: null }, typed);
  if (place.given === 0 && place.command.commands.length > 0) {
    return choice({ words: verbWords(place.command), source: null }, typed);
  }
  const argument = argumentAt(place.command, place.given);
  return choice(argument === null ? { words: options, source: null } : valuesOf(argument), typed);
}

type Values = Pick<Choice, 'words' | 'source'>;

const NOTHING: Values = { words: [], source: null };

function choice(values: Values, typed: string, prefix = ''): Choice {
  return { ...values, typed, prefix };
}

function placeAfter(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, given: 0, open: null, literal: false };
  for (const word of words) {
    if (place.open !== null) {
      place.open = null;
    } else if (!place.literal && word === '--') {
      place.literal = true;
    } else if (!place.literal && word.startsWith('-')) {
      const named = ({ long, short }: Option) => long === word || short === word;
      const option = optionsOf(place.command).find(named);
      place.open = option?.required === true ? option : null;
    } else {
      const verb = place.given > 0 ? undefined : verbNamed(place.command, word);
      if (verb === undefined) place.given += 1;
      else place.command = verb;
    }
  }
  return place;
}

function verbNamed(command: Command, word: string): Command | undefined {
  return command.commands.find((verb) => verb.name() === word);
}

function verbWords(command: Command): Candidate[] {
  const verbs = command.createHelp().visibleCommands(command);
  return verbs.map((verb) => ({ value: verb.name(), meaning: verb.description() }));
}

/** Options of a verb and of everything above it: they may stand anywhere. */
function optionsOf(command: Command): Option[] {
  const help = command.createHelp();
  help.showGlobalOptions = true;
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function optionWords(command: Command): Candidate[] {
  return optionsOf(command).map((option) => ({
    value: option.long ?? option.short ?? '',
    meaning: option.description,
  }));
}

function argumentAt(command: Command, given: number): Argument | null {
  const { registeredArguments: all } = command;
  const last = all.at(-1);
  return all[given] ?? (last?.variadic === true ? last : null);
}

function valuesOf(asked: Option | Argument): Values {
  if (asked.argChoices !== undefined) {
    const words = asked.argChoices.map((value) => ({ value, meaning: asked.description }));
    return { words, source: null };
  }
  const name = 'flags' in asked ? (/[<[]([^\]>.]+)/.exec(asked.flags)?.[1] ?? '') : asked.name();
  // An option's <id> is a name that is to be given; only an argument is one that exists.
  const named = 'flags' in asked && name === 'id' ? null : SOURCES[name];
  return { words: [], source: named ?? null };
}
