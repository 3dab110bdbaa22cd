/** The venue of an instance and its direction, in a word each. */
import type { FleetRow } from '../../../../contract/console-api.ts';
import { optionName, venueName } from '../../words/config-key-words.ts';
import { useConsoleWords } from '../console-words.ts';

export function VenueAndDirection({ row }: { readonly row: FleetRow }) {
  const { language } = useConsoleWords();
  return <>{placeWords(language, row).join(' · ')}</>;
}

/** Both in the language of the page; what is not known is left out. */
export function placeWords(language: string, { venue, direction }: FleetRow): string[] {
  return [
    ...(venue === null ? [] : [venueName(language, venue)]),
    ...(direction === null ? [] : [optionName(language, 'strategy_config.direction', direction)]),
  ];
}
