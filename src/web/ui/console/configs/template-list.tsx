/** The templates to begin with, each with what its first lines say. */
import type { TemplateSummary, TemplateView } from '../../../../contract/console-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { SaidText } from '../../shell/said-text.tsx';
import { templateWords } from '../../words/said-words.ts';
import { hrefOf } from '../address.ts';
import { ModeMark } from '../fleet/state-mark.tsx';
import { useRoute } from '../requests.ts';
import { factsOf } from './template-facts.ts';
import { useConsoleWords } from '../console-words.ts';

export function TemplateList() {
  const { t } = useConsoleWords();
  const { value = [], failure } = useRoute<readonly TemplateSummary[]>('/api/templates');
  return (
    <div className="view">
      <div className="view-head">
        <h2>{t('console:new.choose')}</h2>
      </div>
      {failure !== null && <FailureText failure={failure} />}
      <ul className="templates">
        {value.map((template) => (
          <Template key={template.name} template={template} />
        ))}
      </ul>
    </div>
  );
}

function Template({ template }: { readonly template: TemplateSummary }) {
  const { language } = useConsoleWords();
  const { name, title, description } = template;
  const { value } = useRoute<TemplateView>(`/api/templates/${encodeURIComponent(name)}`);
  const facts = value === undefined ? null : factsOf(value.text, language);
  const words = templateWords(language, template);
  return (
    <li>
      <a className="card template" href={hrefOf('new', name)}>
        <span className="template-head">
          <b>{name}</b>
          {facts !== null && <ModeMark mode={facts.mode} />}
        </span>
        {words === null && <span className="small strong">{title}</span>}
        <span className="small">
          <SaidText words={words} sentence={description} />
        </span>
        <span className="quiet small">{facts?.main}</span>
      </a>
    </li>
  );
}
