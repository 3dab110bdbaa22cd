/** The templates to begin with, each with what its first lines say. */
import type { TemplateSummary, TemplateView } from '../../../../contract/console-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { SaidText } from '../../shell/said-text.tsx';
import { optionName, venueName } from '../../words/config-key-words.ts';
import { templateWords } from '../../words/said-words.ts';
import { hrefOf } from '../address.ts';
import { ModeMark } from '../fleet/state-mark.tsx';
import { useRoute } from '../requests.ts';
import { nodeAt, parseText } from './config-text.ts';
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

/** Its mode, and its main values in a line. */
export function factsOf(text: string, language: string): { mode: string; main: string } {
  const parsed = parseText(text);
  const value = (...keys: string[]) => {
    const node = parsed.ok ? nodeAt(parsed.root, keys) : null;
    return node === null ? '' : String(node.value);
  };
  const strategy = (key: string) => value('strategy_config', key);
  const range = [strategy('grid_lower_price'), strategy('grid_upper_price')].join(' … ');
  const grids = strategy('grid_num');
  const main = [
    ...[venueName(language, value('metadata', 'exchange')), value('metadata', 'symbol')],
    ...[optionName(language, 'strategy_config.direction', strategy('direction')), range],
    grids === '' ? '' : `N ${grids}`,
  ];
  return {
    mode: value('exchange_config', 'mode') || 'paper',
    main: main.filter((fact) => fact !== '').join(' · '),
  };
}
