/**
 * Moves the running grid, adds to it or takes from it. What was applied stays on screen with the
 * orders that are still on their way.
 */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AdjustAnswer } from '../../../../contract/instance-api.ts';
import type { StatusView } from '../../../../contract/instance-views.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { ResultNotice } from '../../shell/result-notice.tsx';
import { useInstance } from '../instance-topics.ts';
import { fieldName } from '../range/grid-inputs.tsx';
import { progressOf } from '../range/progress.ts';
import { AdjustFieldset } from './adjust-fieldset.tsx';
import { useAdjust } from './adjust-flow.ts';
import type { Adjusting, Previewed } from './adjust-flow.ts';
import { AdjustPreview } from './adjust-preview.tsx';
import type { SizeBy } from './adjust-request.ts';

export interface AdjustDialogProps {
  readonly opened: boolean;
  readonly status: StatusView;
  /** Whether the investment is what the user came for. */
  readonly sizeBy: SizeBy;
  readonly onClose: () => void;
}

export function AdjustDialog({ opened, status, sizeBy, onClose }: AdjustDialogProps) {
  const { t } = useTranslation();
  const adjusting = useAdjust(opened, status, sizeBy);
  const { phase, busy } = adjusting;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t(sizeBy === 'investment' ? 'adjust.title_fund' : 'adjust.title')}
      closeOnClickOutside={false}
      closeOnEscape={!busy}
      withCloseButton={!busy}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {phase.name === 'applied' ? (
        <Applied answer={phase.answer} status={status} onClose={onClose} />
      ) : (
        <AdjustForm adjusting={adjusting} status={status} onClose={onClose} />
      )}
    </Modal>
  );
}

interface AdjustFormProps {
  readonly adjusting: Adjusting;
  readonly status: StatusView;
  readonly onClose: () => void;
}

function AdjustForm({ adjusting, status, onClose }: AdjustFormProps) {
  const { t } = useTranslation();
  const { fields, failure, previewed, busy } = adjusting;
  const blocked = previewed === null ? !adjusting.differs : previewed.answer.unchanged;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        adjusting.submit();
      }}
    >
      <Stack gap="md">
        <AdjustFieldset
          fields={fields}
          status={status}
          disabled={busy}
          onChange={adjusting.change}
          failure={failure}
        />
        {failure !== null && (
          <FailureText
            failure={failure}
            look={t('range.look')}
            nameOf={(path) => fieldName(t, path)}
          />
        )}
        {previewed !== null && <WouldHappen previewed={previewed} status={status} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} disabled={busy}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={blocked}>
            {t(previewed === null ? 'adjust.preview' : 'adjust.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function WouldHappen(props: { readonly previewed: Previewed; readonly status: StatusView }) {
  const { t } = useTranslation();
  const { answer } = props.previewed;
  return (
    <section className="preview" role="status">
      <Text size="sm" fw={600} mb={4}>
        {t(answer.unchanged ? 'adjust.unchanged' : 'adjust.would_happen')}
      </Text>
      {!answer.unchanged && <AdjustPreview answer={answer} status={props.status} />}
    </section>
  );
}

interface AppliedProps {
  readonly answer: AdjustAnswer;
  readonly status: StatusView;
  readonly onClose: () => void;
}

function Applied({ answer, status, onClose }: AppliedProps) {
  const { t } = useTranslation();
  const { moving } = progressOf(useInstance('levels') ?? []);
  const count = answer.converged ? 0 : moving;
  return (
    <Stack gap="md">
      <ResultNotice
        tone={count === 0 ? 'good' : 'attention'}
        title={count === 0 ? t('adjust.converged') : t('adjust.converging', { count })}
      >
        <AdjustPreview answer={answer} status={status} />
      </ResultNotice>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} autoFocus>
          {t('common.close')}
        </Button>
      </Group>
    </Stack>
  );
}
