/** All that can be done with one instance. */
import { ActionIcon, Menu } from '@mantine/core';
import type { FleetRow } from '../../../../contract/console-api.ts';
import { hrefOf, instanceHref } from '../address.ts';
import { planVerb } from './verb-plan.ts';
import type { Verb } from './verb-plan.ts';
import { VERBS } from './verb-plan.ts';
import { askVerb } from './verb-request.ts';
import { useConsoleWords } from '../console-words.ts';

export function RowMenu({ row }: { readonly row: FleetRow }) {
  const { t } = useConsoleWords();
  const { id } = row;
  const useless = (verb: Verb) => planVerb(verb, [row])[0]?.skipped === true;
  return (
    <Menu position="bottom-end" withinPortal keepMounted={false}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t('console:verbs.menu', { id })}
        >
          <span aria-hidden>⋯</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {row.url !== null && row.web_port !== null && (
          <Menu.Item component="a" href={instanceHref(row.web_port)} target={`gridd-${id}`}>
            {t('console:links.page')}
          </Menu.Item>
        )}
        <Menu.Item component="a" href={hrefOf('configs', id)}>
          {t('console:links.config')}
        </Menu.Item>
        <Menu.Item component="a" href={hrefOf('log', '', { ids: id })}>
          {t('console:links.log')}
        </Menu.Item>
        <Menu.Item component="a" href={hrefOf('events', '', { ids: id })}>
          {t('console:links.events')}
        </Menu.Item>
        <Menu.Divider />
        {VERBS.map((verb) => (
          <Menu.Item
            key={verb}
            disabled={useless(verb)}
            color={verb === 'panic' ? 'red' : undefined}
            onClick={() => askVerb({ verb, ids: [id] })}
          >
            {t(`console:verbs.${verb}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
