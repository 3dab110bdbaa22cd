/** The bar beneath the fleet: verbs for the chosen instances, or for all of them. */
import { Button, Group, Menu } from '@mantine/core';
import type { FleetRow } from '../../../../contract/console-api.ts';
import type { Verb } from './verb-plan.ts';
import { VERBS, planVerb } from './verb-plan.ts';
import { askVerb } from './verb-request.ts';
import type { ConsoleT } from '../console-words.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly all: readonly FleetRow[];
  readonly selected: readonly FleetRow[];
  /** One button with a menu instead of one for each verb. */
  readonly narrow: boolean;
  readonly onClear: () => void;
}

/** What one of its buttons does and says. */
interface Choice {
  readonly verb: Verb;
  readonly label: string;
  /** It would do something to at least one. */
  readonly useful: boolean;
  readonly ask: () => void;
}

/** "Stop" for those chosen, "Stop all" where none is. */
function labelOf(t: ConsoleT, verb: Verb, some: boolean): string {
  const word = t(`console:verbs.${verb}`);
  return some ? word : t('console:verbs.of_all', { verb: word });
}

export function VerbBar({ all, selected, narrow, onClear }: Props) {
  const { t } = useConsoleWords();
  const some = selected.length > 0;
  const subject = some ? selected : all;
  const ids = subject.map(({ id }) => id);
  const choices = VERBS.map((verb): Choice => ({
    verb,
    label: labelOf(t, verb, some),
    useful: planVerb(verb, subject).some(({ skipped }) => !skipped),
    ask: () => askVerb({ verb, ids: verb === 'panic' && !some ? null : ids }),
  }));
  return (
    <div
      className={some ? 'verb-bar chosen' : 'verb-bar'}
      role="toolbar"
      aria-label={t('console:verbs.label')}
    >
      <span className="verb-bar-subject" role="status">
        {some
          ? t('console:verbs.selected', { count: selected.length })
          : t('console:verbs.all', { count: all.length })}
      </span>
      {some && (
        <Button variant="subtle" color="gray" onClick={onClear}>
          {t('console:verbs.clear')}
        </Button>
      )}
      {narrow ? <VerbMenu choices={choices} /> : <VerbButtons choices={choices} />}
    </div>
  );
}

function VerbButtons({ choices }: { readonly choices: readonly Choice[] }) {
  return (
    <Group gap={6} ml="auto">
      {choices.map(({ verb, label, useful, ask }) => (
        <Button
          key={verb}
          variant="default"
          {...(verb === 'panic' ? { className: 'danger-outline' } : {})}
          disabled={!useful}
          onClick={ask}
        >
          {label}
        </Button>
      ))}
    </Group>
  );
}

function VerbMenu({ choices }: { readonly choices: readonly Choice[] }) {
  const { t } = useConsoleWords();
  return (
    <Menu position="top-end" withinPortal>
      <Menu.Target>
        <Button variant="default" ml="auto">
          {t('console:columns.actions')} ▴
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map(({ verb, label, useful, ask }) => (
          <Menu.Item
            key={verb}
            disabled={!useful}
            {...(verb === 'panic' ? { className: 'danger-outline' } : {})}
            onClick={ask}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
