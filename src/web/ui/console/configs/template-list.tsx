/** The templates to begin with, each with what its first lines say. */
import { FailureText } from '../../shell/failure-text.tsx';
import { hrefOf } from '../address.ts';
import { ModeMark } from '../fleet/state-mark.tsx';
import { useRoute } from '../requests.ts';
import { nodeAt, parseText } from './config-text.ts';
import { useConsoleWords } from '../console-words.ts';

export function TemplateList() {
  const { t } = useConsoleWords();
  const { value = [], failure } = useRoute<readonly string[]>('/api/templates');
  return (
    <div className="view">
      <div className="view-head">
        <h2>{t('console:new.choose')}</h2>
      </div>
      {failure !== null && <FailureText failure={failure} />}
      <ul className="templates">
        {value.map((name) => (
          <Template key={name} name={name} />
        ))}
      </ul>
    </div>
  );
}

function Template({ name }: { readonly name: string }) {
  const { value } = useRoute<{ readonly text: string }>(
    `/api/templates/${encodeURIComponent(name)}`,
  );
  const facts = value === undefined ? null : factsOf(value.text);
  return (
    <li>
      <a className="card template" href={hrefOf('new', name)}>
        <span className="template-head">
          <b>{name}</b>
          {facts !== null && <ModeMark mode={facts.mode} />}
        </span>
        <span className="small">{facts?.says ?? ' '}</span>
        <span className="quiet small">{facts?.facts}</span>
      </a>
    </li>
  );
}

/** What the comment above a template says, and its main values. */
function factsOf(text: string): { mode: string; says: string; facts: string } {
  const [comment = ''] = /^(\s*\/\/[^\n]*\n)+/.exec(text) ?? [];
  const [says = ''] = comment.replaceAll(/^\s*\/\/\s?/gm, '').split('\n');
  const parsed = parseText(text);
  const value = (...keys: string[]) => {
    const node = parsed.ok ? nodeAt(parsed.root, keys) : null;
    return node === null ? '' : String(node.value);
  };
  const range = `${value('strategy_config', 'grid_lower_price')} … ${value('strategy_config', 'grid_upper_price')}`;
  const grids = value('strategy_config', 'grid_num');
  const direction = value('strategy_config', 'direction');
  const facts = [value('metadata', 'exchange'), value('metadata', 'symbol'), direction, range];
  return {
    mode: value('exchange_config', 'mode') || 'paper',
    says,
    facts: [...facts, grids === '' ? '' : `N ${grids}`].filter((fact) => fact !== '').join(' · '),
  };
}
