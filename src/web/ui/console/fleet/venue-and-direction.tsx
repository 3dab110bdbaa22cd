/** The venue of an instance and its direction, in a word each. */
import type { FleetRow } from '../../../../contract/console-api.ts';
import { venueName } from '../../words/config-key-words.ts';
import { useConsoleWords } from '../console-words.ts';

export function VenueAndDirection({ row }: { readonly row: FleetRow }) {
  const { t, language } = useConsoleWords();
  const { venue, direction } = row;
  const known = direction === 'neutral' || direction === 'long' || direction === 'short';
  const words = known ? t(`console:direction.${direction}`) : direction;
  return <>{[venue && venueName(language, venue), words].filter(Boolean).join(' · ')}</>;
}
