/** The form of a config: its fields by groups, the main ones open, the rest folded. */
import { useMemo, useState } from 'react';
import type { ReadOnlyKey } from '../../../../contract/console-api.ts';
import type { Problem } from '../../../../contract/errors.ts';
import type { ConfigField, FieldGroup, SchemaNode } from './config-fields.ts';
import { FIELD_GROUPS, MAIN_GROUPS, fieldsOf, fragmentOf, typedOf } from './config-fields.ts';
import { FormField } from './form-field.tsx';
import type { JsonNode } from './config-text.ts';
import { nodeAt, withValue } from './config-text.ts';
import { lockWords } from '../../words/said-words.ts';
import { useConsoleWords } from '../console-words.ts';

interface Props {
  readonly schema: SchemaNode;
  readonly text: string;
  /** The text as values; null: it cannot be read, and the form waits. */
  readonly root: JsonNode | null;
  readonly problems: readonly Problem[];
  readonly readOnly: readonly ReadOnlyKey[];
  readonly onChange: (text: string) => void;
  /** Names of the currencies, where they are known. */
  readonly units: { readonly base: string; readonly quote: string };
}

export function ConfigForm(props: Props) {
  const { t } = useConsoleWords();
  const fields = useMemo(() => fieldsOf(props.schema), [props.schema]);
  return (
    <div className="config-form">
      {props.root === null && (
        <p className="attention small" role="status">
          ▲ {t('console:form.waits')}
        </p>
      )}
      {FIELD_GROUPS.map((group) => (
        <Group
          key={group}
          {...props}
          group={group}
          fields={fields.filter((field) => field.group === group)}
        />
      ))}
    </div>
  );
}

function Group(
  props: Props & { readonly group: FieldGroup; readonly fields: readonly ConfigField[] },
) {
  const { t } = useConsoleWords();
  const { group, fields, problems, root } = props;
  const faulty = fields.filter(({ path }) => problemsAt(problems, path).length > 0).length;
  const given = fields.filter(({ keys }) => root !== null && nodeAt(root, keys) !== null).length;
  const [open, setOpen] = useState(MAIN_GROUPS.includes(group));
  return (
    <details
      className="config-group"
      open={open || faulty > 0}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <b>{t(`console:form.groups.${group}`)}</b>{' '}
        <span className="quiet">{t('console:form.given', { given, count: fields.length })}</span>
        {faulty > 0 && <span className="loss"> ▲ {faulty}</span>}
      </summary>
      {(open || faulty > 0) && (
        <div className="config-fields">
          {fields.map((field) => (
            <BoundField key={field.path} {...props} field={field} />
          ))}
        </div>
      )}
    </details>
  );
}

function BoundField(props: Props & { readonly field: ConfigField }) {
  const { field, root, text, problems, readOnly, onChange, units } = props;
  const { language } = useConsoleWords();
  const node = root === null ? null : nodeAt(root, field.keys);
  const raw = node === null ? null : text.slice(node.start, node.end);
  const lock = readOnly.find(
    ({ path }) => field.path === path || field.path.startsWith(`${path}.`),
  );
  return (
    <FormField
      field={field}
      typed={typedOf(raw, node?.value)}
      problems={problemsAt(problems, field.path)}
      locked={lock === undefined ? null : lockWords(language, lock)}
      disabled={root === null}
      units={units}
      onType={(typed) => onChange(withValue(text, field.keys, fragmentOf(field, typed)))}
    />
  );
}

function problemsAt(problems: readonly Problem[], path: string): Problem[] {
  const inside = [`${path}.`, `${path}[`];
  return problems.filter(
    (problem) => problem.path === path || inside.some((begin) => problem.path.startsWith(begin)),
  );
}
