/** The bar beneath the fleet: verbs for the chosen instances, or for all of them. */
import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { planVerb } from './verb-plan.ts';
import type { Verb } from './verb-plan.ts';
import { VERBS } from './verb-plan.ts';
import { askVerb } from './verb-request.ts';

interface Props {
  readonly all: readonly FleetRow[];
  readonly selected: readonly FleetRow[];
  readonly onClear: () => void;
}

export function VerbBar({ all, selected, onClear }: Props) {
  const { t } = useTranslation();
  const some = selected.length > 0;
  const subject = some ? selected : all;
  const ids = subject.map(({ id }) => id);
  const due = (verb: Verb) => planVerb(verb, subject).filter(({ skipped }) => !skipped).length;
  return (
    <div
      className={some ? 'verb-bar chosen' : 'verb-bar'}
      role="toolbar"
      aria-label={t('console.verbs.label')}
    >
      <span className="verb-bar-subject" role="status">
        {some
          ? t('console.verbs.selected', { count: selected.length })
          : t('console.verbs.all', { count: all.length })}
      </span>
      {some && (
        <Button variant="subtle" color="gray" onClick={onClear}>
          {t('console.verbs.clear')}
        </Button>
      )}
      <Group gap={6} ml="auto" className="verb-bar-verbs">
        {VERBS.filter((verb) => verb !== 'panic').map((verb) => (
          <Button
            key={verb}
            variant="default"
            disabled={due(verb) === 0}
            onClick={() => askVerb({ verb, ids })}
          >
            {t(`console.verbs.${verb}`)} {some ? '' : t('console.verbs.every')}
          </Button>
        ))}
        <Button
          variant="default"
          className="danger-outline"
          disabled={due('panic') === 0}
          onClick={() => askVerb({ verb: 'panic', ids: some ? ids : null })}
        >
          {t('console.verbs.panic')} {some ? '' : t('console.verbs.every')}
        </Button>
      </Group>
    </div>
  );
}
