/** A new instance: choose a template, fill in the form, see the grid it would be, create it. */
import type { TemplateView } from '../../../../contract/console-api.ts';
import { Center, Loader } from '@mantine/core';
import { FailureText } from '../../shell/failure-text.tsx';
import { useRoute } from '../requests.ts';
import { NewConfigEditor } from './new-config-editor.tsx';
import { TemplateList } from './template-list.tsx';
import { useConsoleWords } from '../console-words.ts';

export default function NewView({ template }: { readonly template: string }) {
  return template === '' ? <TemplateList /> : <FromTemplate key={template} template={template} />;
}

function FromTemplate({ template }: { readonly template: string }) {
  const { t } = useConsoleWords();
  const path = `/api/templates/${encodeURIComponent(template)}`;
  const { value, failure } = useRoute<TemplateView>(path);
  if (failure !== null) return <FailureText failure={failure} />;
  if (value === undefined) {
    return (
      <Center p="xl" aria-label={t('common.loading')}>
        <Loader size="sm" />
      </Center>
    );
  }
  return <NewConfigEditor template={value} />;
}
