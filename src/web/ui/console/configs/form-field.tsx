/** One field of the form: of the kind that its schema says, with its default, unit and problem. */
import { SegmentedControl, Select, TextInput } from '@mantine/core';
import type { Problem } from '../../../../contract/errors.ts';
import { ProblemText } from '../../shell/problem-text.tsx';
import { keyHelp, keyName, optionName } from '../../words/config-key-words.ts';
import type { ConfigField } from './config-fields.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly field: ConfigField;
  /** What stands in the text; empty: the key is not given. */
  readonly typed: string;
  readonly problems: readonly Problem[];
  /** Why it cannot be changed here; null: it can. */
  readonly locked: string | null;
  readonly disabled: boolean;
  readonly units: { readonly base: string; readonly quote: string };
  readonly onType: (typed: string) => void;
}

export function FormField(props: Props) {
  const { t, language } = useConsoleWords();
  const { field, problems, locked } = props;
  const id = fieldId(field.path);
  const help = keyHelp(language, field.path) ?? field.description;
  return (
    <div
      className={field.kind === 'complex' ? 'config-field wide' : 'config-field'}
      data-path={field.path}
    >
      <label htmlFor={id} id={`${id}-name`} title={field.path}>
        {keyName(language, field.path)}
        {field.required && <span aria-hidden> *</span>}
        {locked !== null && <span title={locked}> 🔒</span>}
      </label>
      <Control {...props} />
      {problems.map((problem) => (
        <p className="loss small" role="alert" key={problem.message}>
          ▲ <ProblemText language={language} problem={problem} />
        </p>
      ))}
      <p className="quiet small" id={`${id}-help`}>
        {locked === null ? help : `${t('console:form.locked')} ${locked}`}
      </p>
    </div>
  );
}

function Control(props: Props) {
  const { t, language } = useConsoleWords();
  const { field, typed, problems, onType } = props;
  const id = fieldId(field.path);
  const disabled = props.disabled || props.locked !== null;
  const fallback = field.fallback === null ? '' : plain(field.fallback);
  const said = { id, disabled, 'aria-describedby': `${id}-help` };
  if (field.kind === 'complex') {
    return <code className="config-complex">{typed === '' ? fallback : typed}</code>;
  }
  const options = field.kind === 'flag' ? ['true', 'false'] : field.options;
  if (options.length > 0) {
    const named = (value: string) => optionName(language, field.path, value);
    const data = options.map((value) => ({ value, label: named(value) }));
    const unset = `${t('console:form.default')}${fallback === '' ? '' : ` (${named(fallback)})`}`;
    if (field.required && options.length <= 3) {
      return (
        <SegmentedControl
          fullWidth
          disabled={disabled}
          aria-labelledby={`${id}-name`}
          value={typed}
          onChange={onType}
          data={data}
        />
      );
    }
    return (
      <Select
        {...said}
        value={typed}
        onChange={(value) => onType(value ?? '')}
        data={[{ value: '', label: unset }, ...data]}
        allowDeselect={false}
        comboboxProps={{ withinPortal: true }}
      />
    );
  }
  return (
    <TextInput
      {...said}
      value={typed}
      error={problems.length > 0}
      inputMode={field.kind === 'text' ? 'text' : 'decimal'}
      placeholder={fallback === '' ? t('console:form.not_given') : fallback}
      onChange={(event) => onType(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      rightSectionWidth={field.unit === null ? 0 : 64}
      rightSection={<UnitText {...props} />}
      rightSectionPointerEvents="none"
    />
  );
}

function UnitText({ field, units }: Props) {
  const { t } = useConsoleWords();
  if (field.unit === null) return null;
  const { unit } = field;
  const known = unit === 'quote' ? units.quote : unit === 'base' ? units.base : '';
  return (
    <span className="quiet small unit">{known === '' ? t(`console:units.${unit}`) : known}</span>
  );
}

/** Id of the input of a path, for labels and for jumping to it. */
export function fieldId(path: string): string {
  return `field-${path.replaceAll('.', '-')}`;
}

function plain(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
