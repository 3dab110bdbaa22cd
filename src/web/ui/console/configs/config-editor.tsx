/**
 * Edits a config: what was typed is kept as a draft until it is saved or given up. A version that
 * somebody else saved meanwhile is told at once, and never overwritten unseen.
 */
import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ConfigView, ConfigVersionText } from '../../../../contract/console-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { useRoute } from '../requests.ts';
import { DiffView } from './diff-view.tsx';
import { useDraft } from './drafts.ts';
import { FileLock } from './file-lock.tsx';
import { versionPath } from './paths.ts';
import { SaveDialog } from './save-dialog.tsx';
import { useCheck } from './use-check.ts';
import { Workspace } from './workspace.tsx';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly config: ConfigView;
  readonly running: boolean;
}

export function ConfigEditor({ config, running }: Props) {
  const { t } = useConsoleWords();
  const [draft, setDraft] = useDraft(config.id);
  const [saving, setSaving] = useState(false);
  const text = draft?.text ?? config.text;
  const base = draft?.base ?? config.version;
  const checked = useCheck(config.id, text);
  const dirty = draft !== null && text !== config.text;
  const stale = draft !== null && base !== config.version;
  const faulty = checked.fault !== null || checked.problems.length > 0;
  const edit = (next: string) =>
    setDraft(next === config.text && base === config.version ? null : { text: next, base });
  return (
    <>
      {stale && (
        <Meanwhile
          config={config}
          base={base}
          onKeepMine={() => setDraft({ text, base: config.version })}
          onTakeTheirs={() => setDraft(null)}
        />
      )}
      <FileLock readOnly={config.read_only} />
      <Workspace text={text} checked={checked} readOnly={config.read_only} onChange={edit} />
      <div className="save-bar">
        <span className="small" role="status">
          {dirty ? (
            <span className="attention">● {t('console:save.dirty', { version: base })}</span>
          ) : (
            <span className="quiet">{t('console:save.clean', { version: config.version })}</span>
          )}
          {running && <span className="quiet"> · {t('console:save.runs')}</span>}
        </span>
        <Group gap="sm" ml="auto">
          <Button variant="default" disabled={!dirty} onClick={() => setDraft(null)}>
            {t('console:save.discard')}
          </Button>
          <Button
            disabled={!dirty || stale || checked.fault !== null}
            onClick={() => setSaving(true)}
          >
            {t('console:save.review')}
          </Button>
        </Group>
      </div>
      <SaveDialog
        opened={saving}
        config={config}
        draft={{ text, base }}
        faulty={faulty}
        running={running}
        onSaved={() => setDraft(null)}
        onClose={() => setSaving(false)}
      />
    </>
  );
}

/** Another version came while this one was edited. */
function Meanwhile(props: {
  readonly config: ConfigView;
  readonly base: number;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
}) {
  const { t } = useConsoleWords();
  const { config, base } = props;
  const edited = useRoute<ConfigVersionText>(versionPath(config.id, base));
  return (
    <section className="card meanwhile" role="alert">
      <Stack gap="xs">
        <p className="attention strong">
          ▲ {t('console:save.meanwhile', { version: config.version, base })}
        </p>
        <Text size="sm">{t('console:save.their_change')}</Text>
        {edited.failure !== null && <FailureText failure={edited.failure} />}
        {edited.value === undefined ? (
          edited.loading && <Loader size="xs" />
        ) : (
          <DiffView before={edited.value.text} after={config.text} />
        )}
        <Group gap="sm">
          <Button variant="default" onClick={props.onTakeTheirs}>
            {t('console:save.take_theirs')}
          </Button>
          <Button variant="default" onClick={props.onKeepMine}>
            {t('console:save.keep_mine')}
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
