/** Configs that wait for their first start: they are in no table, and trade nothing yet. */
import { Button } from '@mantine/core';
import type { UnstartedConfig } from '../../../../contract/console-api.ts';
import { hrefOf } from '../address.ts';
import { useConsoleWords } from '../console-words.ts';
import { askFirstStart } from '../verbs/verb-request.ts';
import { ModeMark } from './state-mark.tsx';

export interface UnstartedProps {
  readonly configs: readonly UnstartedConfig[];
}

/** Nothing while there is none. */
export function Unstarted({ configs }: UnstartedProps) {
  const { t } = useConsoleWords();
  const count = configs.length;
  if (count === 0) return null;
  return (
    <section className="unstarted small" aria-label={t('console:unstarted.label')}>
      <span>{t('console:unstarted.told', { count })}</span>
      <ul>
        {configs.map(({ id, mode }) => (
          <li key={id} data-unstarted={id}>
            <a className="link" href={hrefOf('configs', id)}>
              {id}
            </a>{' '}
            <ModeMark mode={mode} />
          </li>
        ))}
      </ul>
      <Button variant="default" onClick={() => askFirstStart(configs)}>
        {t('console:unstarted.start', { count })}
      </Button>
    </section>
  );
}
